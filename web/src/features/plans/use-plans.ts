import { useSubscription } from '@urql/vue'
import { computed } from 'vue'
import {
  OrganizationSubscriptionDocument,
  PlanCatalogueDocument,
  type OrganizationSubscriptionSubscription,
} from '@/gql/member/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import { planFacts } from './plan-facts.ts'

export type OrganizationSubscription = OrganizationSubscriptionSubscription['org_plans'][number]

/** The plans, and which of them the organization is on now; the latter is followed live. */
export function usePlans() {
  const catalogue = useRecoveringQuery({ query: PlanCatalogueDocument, variables: {} })
  const live = useSubscription({ query: OrganizationSubscriptionDocument })

  const plans = computed(() => (catalogue.data.value ? planFacts(catalogue.data.value) : []))
  const subscription = computed(() => live.data.value?.org_plans[0] ?? null)
  const planOf = (id: string | null | undefined) => plans.value.find((plan) => plan.id === id)
  const currentPlan = computed(() => planOf(subscription.value?.plan_id) ?? null)
  const pendingPlan = computed(() => planOf(subscription.value?.pending_plan_id) ?? null)
  /** Those that can be chosen, and the one that is held even if it is offered no more. */
  const offeredPlans = computed(() =>
    plans.value.filter((plan) => plan.isOffered || plan.id === currentPlan.value?.id),
  )

  return {
    offeredPlans,
    subscription,
    currentPlan,
    pendingPlan,
    isLoading: computed(() => !currentPlan.value),
    failure: computed(
      () =>
        catalogue.failure.value ?? (live.error.value ? failureFromGraphql(live.error.value) : null),
    ),
    retry: catalogue.retry,
  }
}
