import { useMutation, useSubscription } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import { SetSessionSettingsDocument } from '@/gql/admin/graphql.ts'
import { SessionMinutePriceDocument, SessionSettingsDocument } from '@/gql/member/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'

/** What owners and admins have decided about sessions; without a row, the default. */
export function useSessionSettings() {
  const { data, error } = useSubscription({ query: SessionSettingsDocument })
  const price = useRecoveringQuery({ query: SessionMinutePriceDocument, variables: {} })
  const { executeMutation, fetching } = useMutation(SetSessionSettingsDocument)
  const problem = shallowRef<Failure | null>(null)

  async function setBuysMinutes(value: boolean) {
    problem.value = null
    const answer = await executeMutation({ buy_minutes_with_credits: value })
    if (answer.error) problem.value = failureFromGraphql(answer.error)
  }

  return {
    /** null until it is known. */
    buysMinutes: computed(() =>
      data.value
        ? (data.value.session_settings[0]?.buy_minutes_with_credits ?? false)
        : error.value
          ? false
          : null,
    ),
    /** Of the plan, whether or not it is made use of; null when the plan sells no minutes. */
    minutePriceCredits: computed(
      () => price.data.value?.org_plans[0]?.plan.session_minute_price_credits ?? null,
    ),
    setBuysMinutes,
    isSaving: fetching,
    problem,
  }
}
