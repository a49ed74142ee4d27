import { useSubscription } from '@urql/vue'
import { computed } from 'vue'
import { FirstInvoiceDocument } from '@/gql/admin/graphql.ts'
import { firstPayment } from './first-payment.ts'
import type { OrganizationSubscription } from './use-plans.ts'

/** Follows the first payment of a plan, which may take days and may fail. For who may see invoices. */
export function useFirstPayment(
  subscription: () => OrganizationSubscription,
  returnedPlanId: () => string | null,
) {
  const openedAt = Date.now()
  const { data } = useSubscription({
    query: FirstInvoiceDocument,
    pause: computed(() => subscription().is_billed),
  })
  const invoice = computed(() => data.value?.billing_invoices[0] ?? null)
  const state = computed(() => {
    const planId = returnedPlanId()
    return firstPayment(
      subscription(),
      invoice.value,
      planId === null ? null : { planId, at: openedAt },
    )
  })
  return { invoice, state }
}
