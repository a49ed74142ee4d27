import { watchDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { CreditHistoryTotalsDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import { conditionFrom, type HistoryFilter } from './history-filter.ts'

const QUIET_MILLISECONDS = 400

/** Totals of everything the filter matches, loaded or not; asked for again after `changes`. */
export function useHistoryTotals(filter: Ref<HistoryFilter>, changes: Ref<unknown>) {
  const variables = computed(() => ({
    added: conditionFrom(filter.value, { amount_credits: { _gt: 0 } }),
    spent: conditionFrom(filter.value, { amount_credits: { _lt: 0 } }),
  }))
  const { data, retry } = useRecoveringQuery({ query: CreditHistoryTotalsDocument, variables })
  watchDebounced(changes, retry, { debounce: QUIET_MILLISECONDS })

  return computed(() => {
    const added = data.value?.added.aggregate
    const spent = data.value?.spent.aggregate
    if (!added || !spent) return null
    return {
      addedCredits: added.sum?.amount_credits ?? 0,
      spentCredits: spent.sum?.amount_credits ?? 0,
    }
  })
}
