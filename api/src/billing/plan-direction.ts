import type { OfferedPlan, PlanStanding } from '../db/subscriptions.ts'

export const FREE_PLAN = 'free'

/**
 * What a wish for a plan comes to. `subscribe`: the first payment, on a page of Stripe. `checkout` of a
 * subscription that has ended is one too: what was paid for it runs out beside.
 */
export type Direction = 'none' | 'waits' | 'undo' | 'subscribe' | 'upgrade' | 'downgrade' | 'cancel'

export function directionOf(standing: PlanStanding, wanted: OfferedPlan): Direction {
  const isWaiting = standing.pending_change_at !== null
  const pendingPlanId = isWaiting ? (standing.pending_plan_id ?? FREE_PLAN) : null
  if (wanted.id === pendingPlanId) return 'waits'
  if (hasEnded(standing)) return wanted.id === FREE_PLAN ? 'waits' : 'subscribe'
  if (wanted.id === standing.plan_id) return isWaiting ? 'undo' : 'none'
  if (wanted.id === FREE_PLAN) return 'cancel'
  if (wanted.rank < standing.rank) return 'downgrade'
  return standing.stripe_subscription_id === null ? 'subscribe' : 'upgrade'
}

/** The period was paid for by a subscription that is over; it cannot be taken up again. */
export function hasEnded(standing: PlanStanding): boolean {
  return standing.stripe_subscription_id === null && standing.is_paid_period
}
