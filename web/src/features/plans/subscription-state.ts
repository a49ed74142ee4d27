import type { OrganizationSubscription } from './use-plans.ts'

export type SubscriptionEvent =
  'renews' | 'newCredits' | 'ends' | 'changes' | 'trialEnds' | 'graceEnds'

/** What happens next by itself, and when: the one date a person has to know. */
export function nextEvent(subscription: OrganizationSubscription): {
  kind: SubscriptionEvent
  at: string
} {
  const { status, period_end, pending_change_at, pending_plan_id, trial_ends_at, grace_ends_at } =
    subscription
  if (status === 'past_due' && grace_ends_at) return { kind: 'graceEnds', at: grace_ends_at }
  if (pending_change_at)
    return { kind: pending_plan_id ? 'changes' : 'ends', at: pending_change_at }
  if (status === 'trialing') return { kind: 'trialEnds', at: trial_ends_at ?? period_end }
  return { kind: subscription.is_billed ? 'renews' : 'newCredits', at: period_end }
}
