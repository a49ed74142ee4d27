import { useMutation, useSubscription } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import {
  BillingOffersDocument,
  BillingSettingsDocument,
  SetAutoTopupDocument,
  SetPayAsYouGoDocument,
  type AutoTopupInput,
  type BillingOffersQuery,
  type BillingSettingsSubscription,
  type PayAsYouGoInput,
} from '@/gql/admin/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'

export type SettingsRow = BillingSettingsSubscription['billing_settings'][number]
export type OfferedPackage = BillingOffersQuery['credit_topup_packages'][number]
export type BillingPlan = BillingOffersQuery['plans'][number]

/** What may be bought without asking, followed live; an organization that never set anything has no row. */
export function useBillingSettings() {
  const live = useSubscription({ query: BillingSettingsDocument })
  const offers = useRecoveringQuery({ query: BillingOffersDocument, variables: {} })
  return {
    settings: computed(() => live.data.value?.billing_settings[0] ?? null),
    packages: computed(() => offers.data.value?.credit_topup_packages ?? []),
    plan: computed(() => {
      const planId = offers.data.value?.org_plans[0]?.plan_id
      return offers.data.value?.plans.find(({ id }) => id === planId) ?? null
    }),
    isLoading: computed(() => !live.data.value || !offers.data.value),
    failure: computed(
      () =>
        offers.failure.value ?? (live.error.value ? failureFromGraphql(live.error.value) : null),
    ),
    retry: () => {
      offers.retry()
      void live.executeSubscription()
    },
  }
}

export function useSetAutoTopup() {
  const { executeMutation, fetching } = useMutation(SetAutoTopupDocument)
  const problem = shallowRef<Failure | null>(null)

  async function save(input: AutoTopupInput): Promise<boolean> {
    const { error } = await executeMutation({ input })
    problem.value = error ? failureFromGraphql(error) : null
    return !error
  }

  return { save, isSaving: fetching, problem }
}

export function useSetPayAsYouGo() {
  const { executeMutation, fetching } = useMutation(SetPayAsYouGoDocument)
  const problem = shallowRef<Failure | null>(null)

  async function save(input: PayAsYouGoInput): Promise<boolean> {
    const { error } = await executeMutation({ input })
    problem.value = error ? failureFromGraphql(error) : null
    return !error
  }

  return { save, isSaving: fetching, problem }
}
