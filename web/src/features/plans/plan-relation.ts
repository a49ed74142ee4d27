import type { PlanFacts } from './plan-facts.ts'
import type { OrganizationSubscription } from './use-plans.ts'

/** What choosing a plan would mean for an organization that is on another one. */
export type PlanRelation = 'current' | 'upgrade' | 'downgrade' | 'cancel'

/** Going back to a plan that costs nothing ends the subscription: it is the same as cancelling. */
export function planRelation(plan: PlanFacts, current: PlanFacts): PlanRelation {
  if (plan.id === current.id) return 'current'
  if (plan.rank > current.rank) return 'upgrade'
  return plan.priceUsd === 0 ? 'cancel' : 'downgrade'
}

/**
 * How the change would go. `first`: without a subscription there is no card yet, so it is paid for on the provider's
 * page. `again`: so is the plan that one still has, when its subscription has ended. `afterTrial`: a trial is not cut
 * short.
 */
export type PlanChangeKind = 'first' | 'again' | 'upgrade' | 'afterTrial' | 'downgrade' | 'cancel'

export function planChangeKind(
  plan: PlanFacts,
  current: PlanFacts,
  subscription: Pick<OrganizationSubscription, 'is_billed' | 'status'>,
): PlanChangeKind {
  const relation = planRelation(plan, current)
  if (relation === 'current') return 'again'
  if (relation === 'downgrade' || relation === 'cancel') return relation
  if (!subscription.is_billed) return 'first'
  return subscription.status === 'trialing' ? 'afterTrial' : 'upgrade'
}
