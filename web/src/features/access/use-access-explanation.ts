import { useQuery } from '@urql/vue'
import { computed } from 'vue'
import { ExplainAiAccessDocument, type ExplainAiAccessQuery } from '@/gql/member/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'

export type AccessExplanation = ExplainAiAccessQuery['explain_ai_access']

/** The whole decision of the access check as it would fall now; asked each time, because it is about now. */
export function useAccessExplanation(
  question: () => { capability: string; levelId: string | null },
) {
  const { data, error, fetching, executeQuery } = useQuery({
    query: ExplainAiAccessDocument,
    variables: computed(() => ({
      capability: question().capability,
      quality_level: question().levelId,
    })),
    requestPolicy: 'network-only',
  })
  return {
    explanation: computed(() => data.value?.explain_ai_access ?? null),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    isLoading: computed(() => fetching.value || !data.value),
    retry: () => void executeQuery({ requestPolicy: 'network-only' }),
  }
}
