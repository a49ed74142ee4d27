import { useMutation, useSubscription } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import { SetSessionSettingsDocument } from '@/gql/admin/graphql.ts'
import { SessionSettingsDocument } from '@/gql/member/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'

/** What owners and admins have decided about sessions; without a row, the default. */
export function useSessionSettings() {
  const { data, error } = useSubscription({ query: SessionSettingsDocument })
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
    setBuysMinutes,
    isSaving: fetching,
    problem,
  }
}
