import { computed } from 'vue'
import { TopupOffersDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'
import { packageOffers, planThatAllowsTopups } from './package-offers.ts'

/** What can be bought, and whether this organization's plan lets it. */
export function useTopupOffers() {
  const { data, failure, retry } = useRecoveringQuery({
    query: TopupOffersDocument,
    variables: {},
  })
  const plan = computed(() => {
    const planId = data.value?.org_plans[0]?.plan_id
    return data.value?.plans.find(({ id }) => id === planId) ?? null
  })
  return {
    offers: computed(() => packageOffers(data.value?.credit_topup_packages ?? [])),
    plan,
    isAllowed: computed(() => plan.value?.topup_allowed ?? false),
    openingPlan: computed(() => planThatAllowsTopups(data.value?.plans ?? [])),
    isLoading: computed(() => !data.value),
    failure,
    retry,
  }
}
