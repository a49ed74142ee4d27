import { useMutation } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import { OpenBillingPortalDocument } from '@/gql/admin/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'
import { useDeparture } from '@/shared/use-departure.ts'

/** Opens the payment provider's pages for cards and invoices. Their address is good for minutes only: made at the click. */
export function useBillingPortal() {
  const { executeMutation, fetching } = useMutation(OpenBillingPortalDocument)
  const { isLeaving, leaveFor } = useDeparture()
  const problem = shallowRef<Failure | null>(null)

  async function open(returnPath: string) {
    const { data, error } = await executeMutation({ return_path: returnPath })
    problem.value = error ? failureFromGraphql(error) : null
    if (data) leaveFor(data.open_billing_portal.url)
  }

  return { open, problem, isOpening: computed(() => fetching.value || isLeaving.value) }
}
