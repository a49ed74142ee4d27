import type { Guard } from './guard.ts'

/** What keeps paid periods and plans right. */
export const SUBSCRIPTION_GUARDS: Guard[] = [
  {
    rule: 'a paid line counts once',
    in: 'apply_paid_invoice_line',
    cut: "when replayed then 'replayed'",
    scenario: 'linesCountOnce',
  },
  {
    rule: 'an organization has one subscription',
    in: 'apply_paid_invoice_line',
    cut: "when v_organization.stripe_subscription_id <> p_subscription_id then 'other_subscription'",
    scenario: 'linesCountOnce',
  },
  {
    rule: 'a period begins when it is its time',
    in: 'start_paid_periods',
    cut: "and line.period_start <= p_at + interval '5 minutes'",
    scenario: 'linesCountOnce',
  },
  {
    rule: 'no earlier period begins after a later one',
    in: 'start_paid_periods',
    cut: "when running.is_paid and line.period_start <= subscription.period_start then 'lapse'",
    scenario: 'linesCountOnce',
  },
  {
    rule: 'what was spent on a better plan is not given again',
    in: 'adjust_plan_credits',
    cut: 'p_target_credits - subscription.period_granted_credits',
    by: 'p_target_credits - subscription.monthly_ai_credits',
    scenario: 'plansAreNoGame',
  },
  {
    rule: 'a change that cost nothing brings nothing',
    in: 'period_worth',
    cut: 'elsif v_change.amount_usd > 0 then',
    by: 'else',
    scenario: 'plansAreNoGame',
  },
  {
    rule: 'an organization has one trial',
    in: 'begin_paid_period',
    cut: 'when v_is_trial and v_old.trial_used_at is not null then 0',
    scenario: 'trialsAreOne',
  },
  {
    rule: 'grace ends by the clock',
    in: 'access_rules',
    cut: 'coalesce(subscribed.grace_ends_at <= p_at, false)',
    by: 'false',
    scenario: 'graceIsShort',
  },
  {
    rule: 'a copy is not overtaken by an older one',
    in: 'copy_subscription',
    cut: 'v_old.subscription_revision <> p_revision',
    by: 'false',
    scenario: 'copiesAreFresh',
  },
  {
    rule: 'a copy is of the organization’s subscription',
    in: 'copy_subscription',
    cut: 'v_old.stripe_subscription_id is distinct from p_subscription_id',
    by: 'false',
    scenario: 'copiesAreFresh',
  },
  {
    rule: 'what ended is not taken up again for nothing',
    in: 'schedule_plan_change',
    cut: 'v_old.period_line_id is not null',
    by: 'false',
    scenario: 'copiesAreFresh',
  },
]
