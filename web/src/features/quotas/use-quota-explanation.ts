import { useQuery } from '@urql/vue'
import { computed } from 'vue'
import { ExplainQuotaDocument, type ExplainQuotaQuery } from '@/gql/member/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'

export type QuotaExplanation = ExplainQuotaQuery['explain_quota']
export type QuotaRule = QuotaExplanation['rules'][number]

/** A meter (or `credits`, for caps on them), and whose: null asks about oneself. */
export interface QuotaQuestion {
  meter: string
  userId: string | null
}

/** Every limit as it stands now; asked each time, because it is about now. */
export function useQuotaExplanation(question: () => QuotaQuestion) {
  const { data, error, fetching, executeQuery } = useQuery({
    query: ExplainQuotaDocument,
    variables: computed(() => ({ meter: question().meter, user_id: question().userId })),
    requestPolicy: 'network-only',
  })
  return {
    explanation: computed(() => data.value?.explain_quota ?? null),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    isLoading: computed(() => fetching.value || !data.value),
    retry: () => void executeQuery({ requestPolicy: 'network-only' }),
  }
}
