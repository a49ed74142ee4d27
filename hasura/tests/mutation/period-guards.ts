import type { Guard } from './guard.ts'

/** Who is not reset in one statement: without one of these, that statement is wrong for somebody. */
export const PERIOD_GUARDS: Guard[] = [
  {
    rule: 'a plain period leaves what holds were made on',
    in: 'start_plain_periods',
    cut: 'and account.reserved_credits = 0',
    by: '',
    scenario: 'oddPeriods',
  },
  {
    rule: 'a plain period has no debt to repay',
    in: 'start_plain_periods',
    cut: 'and account.debt_credits = 0',
    by: '',
    scenario: 'oddPeriods',
  },
  {
    rule: 'a plain period changes no plan',
    in: 'start_plain_periods',
    cut: 'and subscription.pending_change_at is null',
    by: '',
    scenario: 'oddPeriods',
  },
  {
    rule: 'a plain period is of a subscription that may use AI',
    in: 'start_plain_periods',
    cut: "and subscription.status in ('active', 'trialing', 'past_due')",
    by: '',
    scenario: 'oddPeriods',
  },
  {
    rule: 'a plain period rolls nothing over',
    in: 'start_plain_periods',
    cut: 'where plan.rollover_credits = 0',
    by: '',
    scenario: 'oddPeriods',
  },
]
