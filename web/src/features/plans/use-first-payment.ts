import { useSubscription } from '@urql/vue'
import { computed } from 'vue'
import { FirstInvoiceDocument } from '@/gql/admin/graphql.ts'
import { firstPayment } from './first-payment.ts'
import type { OrganizationSubscription } from './use-plans.ts'

/**
 * Follows the first payment of a plan, which may take days and may fail.
 *
 * @param subscription null until it is known.
 * @param options.canSeeInvoices members see none: they are told nothing.
 */
export function useFirstPayment(
  subscription: () => OrganizationSubscription | null,
  options: { returnedPlanId: () => string | null; canSeeInvoices: () => boolean },
) {
  const openedAt = Date.now()
  const isAsked = computed(() => options.canSeeInvoices() && subscription()?.is_billed === false)
  const { data, error } = useSubscription({
    query: FirstInvoiceDocument,
    pause: computed(() => !isAsked.value),
  })
  const invoice = computed(() => data.value?.billing_invoices[0] ?? null)
  const state = computed(() => {
    const known = subscription()
    const planId = options.returnedPlanId()
    if (!known) return null
    return firstPayment(known, invoice.value, planId === null ? null : { planId, at: openedAt })
  })
  /** A plan cannot be paid for while this is so. Unanswered counts as well, or what is offered would vanish again. */
  const mayBeOnItsWay = computed(
    () =>
      state.value === 'onItsWay' ||
      (isAsked.value && data.value === undefined && error.value === undefined),
  )
  return { invoice, state, mayBeOnItsWay }
}
