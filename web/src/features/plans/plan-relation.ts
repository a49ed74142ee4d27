import type { PlanFacts } from './plan-facts.ts'

/** What choosing a plan would mean for an organization that is on another one. */
export type PlanRelation = 'current' | 'upgrade' | 'downgrade' | 'cancel'

/** Going back to a plan that costs nothing ends the subscription: it is the same as cancelling. */
export function planRelation(plan: PlanFacts, current: PlanFacts): PlanRelation {
  if (plan.id === current.id) return 'current'
  if (plan.rank > current.rank) return 'upgrade'
  return plan.priceUsd === 0 ? 'cancel' : 'downgrade'
}
