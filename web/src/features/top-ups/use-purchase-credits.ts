import { useMutation } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import { PurchaseCreditsDocument } from '@/gql/admin/graphql.ts'
import { failureFromGraphql, isDecided, type Failure } from '@/shared/failure.ts'
import { createIdempotencyKeys } from '@/shared/idempotency-keys.ts'
import { useDeparture } from '@/shared/use-departure.ts'

const OPERATION = 'purchase_credits'

/**
 * Opens a checkout for a package and leaves for it. The key is kept until the server has decided, so a click that
 * got no answer and the one after it open the same checkout.
 *
 * @param options.scope who buys, for which organization: keys never cross over.
 */
export function usePurchaseCredits(options: { scope: string }) {
  const { executeMutation, fetching } = useMutation(PurchaseCreditsDocument)
  const { isLeaving, leaveFor } = useDeparture()
  const keys = createIdempotencyKeys()
  const problem = shallowRef<Failure | null>(null)
  const isBuying = computed(() => fetching.value || isLeaving.value)

  async function buy(packageId: string, returnPath: string) {
    if (isBuying.value) return
    problem.value = null
    const request = { package_id: packageId, return_path: returnPath }
    const identity = { scope: options.scope, ...request }
    const idempotency_key = keys.keyFor(OPERATION, identity)
    const { data, error } = await executeMutation({ input: { ...request, idempotency_key } })
    problem.value = error ? failureFromGraphql(error) : null
    if (!problem.value || isDecided(problem.value)) keys.forget(OPERATION, identity)
    if (data) leaveFor(data.purchase_credits.url)
  }

  return { buy, isBuying, problem }
}
