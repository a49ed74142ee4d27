import { useQuery } from '@urql/vue'
import { computed } from 'vue'
import { PreviewPlanChangeDocument, type PreviewPlanChangeQuery } from '@/gql/admin/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'

export type PlanPreview = PreviewPlanChangeQuery['preview_plan_change']

/** What a change would cost and give if it were made now; asked each time, because the price falls by the day. */
export function usePlanPreview(planId: () => string, pause: () => boolean = () => false) {
  const { data, error, fetching, executeQuery } = useQuery({
    query: PreviewPlanChangeDocument,
    variables: computed(() => ({ plan_id: planId() })),
    requestPolicy: 'network-only',
    pause: computed(pause),
  })
  return {
    preview: computed(() => data.value?.preview_plan_change ?? null),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    isLoading: computed(() => fetching.value || !data.value),
    retry: () => void executeQuery({ requestPolicy: 'network-only' }),
  }
}
