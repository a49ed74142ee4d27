import { useMutation } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import {
  ChangePlanDocument,
  UndoPlanChangeDocument,
  type ChangePlanMutation,
} from '@/gql/admin/graphql.ts'
import { failureFromGraphql, isDecided, type Failure } from '@/shared/failure.ts'
import { createIdempotencyKeys } from '@/shared/idempotency-keys.ts'
import { useDeparture } from '@/shared/use-departure.ts'

export type PlanChange = ChangePlanMutation['change_plan']

const RETURN_PATH = '/settings/plan'

/**
 * Changes the plan and takes changes back. Each request keeps its key until the server has decided, so that pressing
 * again after a lost answer can never charge twice.
 *
 * @param options.scope who asks, for which organization: keys never cross over.
 */
export function useChangePlan(options: { scope: string }) {
  const changing = useMutation(ChangePlanDocument)
  const undoing = useMutation(UndoPlanChangeDocument)
  const { isLeaving, leaveFor } = useDeparture()
  const keys = createIdempotencyKeys()
  const problem = shallowRef<Failure | null>(null)

  function settle(operation: string, identity: object) {
    if (!problem.value || isDecided(problem.value)) keys.forget(operation, identity)
  }

  /** null when it was refused, or went on to the checkout. */
  async function change(planId: string): Promise<PlanChange | null> {
    const identity = { scope: options.scope, plan_id: planId }
    const input = {
      plan_id: planId,
      return_path: RETURN_PATH,
      idempotency_key: keys.keyFor('change_plan', identity),
    }
    const { data, error } = await changing.executeMutation({ input })
    problem.value = error ? failureFromGraphql(error) : null
    settle('change_plan', identity)
    const answer = data?.change_plan ?? null
    if (!answer?.checkout_url) return answer
    leaveFor(answer.checkout_url)
    return null
  }

  async function undo(): Promise<boolean> {
    const identity = { scope: options.scope }
    const idempotency_key = keys.keyFor('undo_plan_change', identity)
    const { error } = await undoing.executeMutation({ idempotency_key })
    problem.value = error ? failureFromGraphql(error) : null
    settle('undo_plan_change', identity)
    return !error
  }

  return {
    change,
    undo,
    problem,
    isChanging: computed(() => changing.fetching.value || isLeaving.value),
    isUndoing: undoing.fetching,
  }
}
