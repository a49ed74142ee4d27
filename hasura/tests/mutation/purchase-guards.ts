import type { Guard } from './guard.ts'

/** Of what is bought, withdrawn and bought without asking, and of the inbox of Stripe. */
export const PURCHASE_GUARDS: Guard[] = [
  {
    rule: 'older news never overwrites newer',
    in: 'apply_stripe_purchase',
    cut: "when v_purchase.version <> p_version then 'stale'",
    scenario: 'newsIsNotOlder',
  },
  {
    rule: 'another sum than the price gives nothing',
    in: 'apply_stripe_purchase',
    cut: "(p_state ->> 'amount_usd')::numeric = v_purchase.price_usd\n      and ",
    scenario: 'sumIsThePrice',
  },
  {
    rule: 'another currency than the price gives nothing',
    in: 'apply_stripe_purchase',
    cut: "\n      and p_state ->> 'currency' = v_purchase.currency",
    scenario: 'sumIsThePrice',
  },
  {
    rule: 'what was given on account is not given again when it is paid',
    in: 'grant_purchase',
    cut: 'if v_grant_id is null then',
    by: 'if true then',
    scenario: 'onAccount',
  },
  {
    rule: 'what was withdrawn counts',
    in: 'withdraw_purchase',
    cut: 'v_target_credits - v_purchase.withdrawn_credits',
    by: 'v_target_credits',
    scenario: 'refundsAreCumulative',
  },
  {
    rule: 'a payment is gone once',
    in: 'withdraw_purchase',
    cut: 'v_target_credits := least(',
    by: 'v_target_credits := greatest(',
    scenario: 'refundsAreCumulative',
  },
  {
    rule: 'a withdrawal leaves open holds what they need',
    in: 'withdraw_credits',
    cut: ' - v_balance.reserved_credits',
    scenario: 'holdsAreKept',
  },
  {
    rule: 'a withdrawal leaves other credits alone',
    in: 'withdraw_credits',
    cut: "(p_policy = 'debt' or lot.id = any (p_grant_ids))",
    by: 'true',
    scenario: 'otherCreditsAreKept',
  },
  {
    rule: 'no debt is made while credits are held',
    in: 'withdraw_credits',
    cut: 'and v_lots_credits = 0 ',
    scenario: 'noDebtBesideHolds',
  },
  {
    rule: 'one automatic purchase at a time',
    in: 'claim_auto_topup',
    cut: "and running.status = 'processing'",
    by: 'and false',
    scenario: 'oneAutomaticPurchase',
  },
  {
    rule: 'automatic purchases wait for each other',
    in: 'claim_auto_topup',
    cut: "when v_setting.auto_topup_last_at > v_at - c_cooldown then 'cooldown'",
    scenario: 'oneAutomaticPurchase',
  },
  {
    rule: 'so many automatic purchases a month',
    in: 'claim_auto_topup',
    cut: ') >= v_setting.auto_topup_monthly_limit',
    by: ') < 0',
    scenario: 'oneAutomaticPurchase',
  },
  {
    rule: 'a stopped automatic top-up buys nothing',
    in: 'claim_auto_topup',
    cut: 'or v_setting.auto_topup_stopped_reason is not null',
    scenario: 'declineStops',
  },
  {
    rule: 'on account up to the limit of the period',
    in: 'grant_on_account',
    cut: "when v_missing_credits > v_account.left_credits then 'limit_reached'",
    scenario: 'onAccount',
  },
  {
    rule: 'an event is handled by whoever has its lease',
    in: 'receive_stripe_event',
    cut: "when v_event.lease_expires_at > v_at then 'busy'",
    scenario: 'eventsHaveLeases',
  },
  {
    rule: 'a leased event is not due',
    in: 'claim_stripe_events',
    cut: 'and coalesce(event.lease_expires_at <= clock.at, true)',
    scenario: 'eventsHaveLeases',
  },
  {
    rule: 'whoever lost the lease writes nothing',
    in: 'finish_stripe_event',
    cut: 'and event.attempts = p_attempts',
    scenario: 'eventsHaveLeases',
  },
]
