import { watchDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { SessionAllowanceDocument, type SessionAllowanceQuery } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'

const QUIET_MILLISECONDS = 250

export type SessionAllowance = SessionAllowanceQuery['session_allowance']

/** What is left of the minutes and whether a start would be let through; asked again after `changes`. */
export function useSessionAllowance(changes: Ref<unknown>) {
  const { data, failure, retry } = useRecoveringQuery({
    query: SessionAllowanceDocument,
    variables: {},
  })
  watchDebounced(changes, retry, { debounce: QUIET_MILLISECONDS })
  return { allowance: computed(() => data.value?.session_allowance ?? null), failure, retry }
}
