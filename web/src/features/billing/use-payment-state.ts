import { useSubscription } from '@urql/vue'
import { computed } from 'vue'
import { PaymentStateDocument } from '@/gql/member/graphql.ts'

/** Whether the plan is paid for, followed live; null until it is known. */
export function usePaymentState() {
  const { data } = useSubscription({ query: PaymentStateDocument })
  return computed(() => data.value?.org_plans[0] ?? null)
}
