import type { SCENARIOS } from './scenarios.ts'

/** A guard of the SQL, how to take it out, and the scenario that must fail then. */
export interface Guard {
  rule: string
  scenario: keyof typeof SCENARIOS
  /** In a function: this text is replaced, everywhere in its source. */
  in?: string
  cut?: string
  by?: string
  /** Anywhere else: a statement, and the one that undoes it. */
  statement?: string
  undo?: string
}

export const GUARDS: Guard[] = [
  {
    rule: 'the balance row is locked',
    in: 'lock_balances',
    cut: 'for no key update',
    by: '',
    scenario: 'neverOversold',
  },
  {
    rule: 'a hold fits what is available',
    in: 'limits_refusal',
    cut: "when p_amount_credits > p_headroom_credits then 'insufficient_credits'",
    by: 'when false then null',
    scenario: 'neverOversold',
  },
  {
    rule: 'a batch is plain only if all of it fits',
    in: 'reserve_plain',
    cut: 'and sum(candidate.amount_credits) <= min(candidate.headroom_credits)',
    by: '',
    scenario: 'firstComeFirstServed',
  },
  {
    rule: 'an accepted item takes from the next',
    in: 'decide_reservations',
    cut: 'v_headroom_credits := v_headroom_credits - v_item.amount_credits;',
    by: '',
    scenario: 'firstComeFirstServed',
  },
  {
    rule: 'holds are counted on the balance',
    in: 'reserve_plain',
    cut: 'balance.reserved_credits + gate.amount_credits',
    by: 'balance.reserved_credits',
    scenario: 'neverOversold',
  },
  {
    rule: 'holds of a batch that was decided item by item are counted as well',
    in: 'apply_reservations',
    cut: 'reserved_credits = balance.reserved_credits + total.amount_credits',
    by: 'reserved_credits = balance.reserved_credits',
    scenario: 'firstComeFirstServed',
  },
  {
    rule: 'a key is looked up',
    in: 'reservation_candidates',
    cut: "when existing.request_fingerprint = fingerprint.sha256 then 'replayed'",
    by: '',
    scenario: 'keysAreScoped',
  },
  {
    rule: 'a key with another request is a conflict',
    in: 'reservation_candidates',
    cut: 'when existing.request_fingerprint = fingerprint.sha256',
    by: 'when existing.id is not null',
    scenario: 'keysAreScoped',
  },
  {
    rule: 'a key belongs to its organization',
    in: 'reservation_candidates',
    cut: 'made.organization_id = rule.organization_id\n      and ',
    by: '',
    scenario: 'keysAreScoped',
  },
  {
    rule: 'a key counts within its batch',
    in: 'reserve_plain',
    cut: 'and count(*) = count(distinct candidate.idempotency_key)',
    by: '',
    scenario: 'keysAreScoped',
  },
  {
    rule: 'the amount is part of the request',
    in: 'reservation_candidates',
    cut: "coalesce(trim_scale(p_amounts_credits[rule.item])::text, ''),",
    by: '',
    scenario: 'keysAreScoped',
  },
  {
    rule: 'the capability is in the plan',
    in: 'access_rules',
    cut: "when included.plan_id is null then 'capability_not_in_plan'",
    by: '',
    scenario: 'plansAreKept',
  },
  {
    rule: 'the level is allowed',
    in: 'access_rules',
    cut: "then 'quality_level_not_allowed'",
    by: 'then null',
    scenario: 'plansAreKept',
  },
  {
    rule: 'the subscription is active',
    in: 'access_rules',
    cut: "in ('unpaid', 'canceled')",
    by: "in ('')",
    scenario: 'plansAreKept',
  },
  {
    rule: 'the user is a member',
    in: 'access_rules',
    cut: "then 'unknown_user'",
    by: 'then null',
    scenario: 'plansAreKept',
  },
  {
    rule: 'requests are limited',
    in: 'limits_refusal',
    cut: "when p_minute_used >= p_minute_limit then 'rate_limited'",
    by: '',
    scenario: 'plansAreKept',
  },
  {
    rule: 'requests of the batch count',
    in: 'decide_reservations',
    cut: 'v_item.minute_used + v_taken',
    by: 'v_item.minute_used',
    scenario: 'plansAreKept',
  },
  {
    rule: 'amounts have two decimals',
    in: 'is_amount',
    cut: 'p_amount_credits = round(p_amount_credits, 2)',
    by: 'true',
    scenario: 'plansAreKept',
  },
  {
    rule: 'a settlement is of its organization',
    in: 'settlement_candidates',
    cut: 'made.organization_id = asked.organization_id and ',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a plain settlement is within its hold',
    in: 'settle_plain',
    cut: 'and charge.actual_credits <= charge.held_credits',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain settlement is of an open hold',
    in: 'settle_plain',
    cut: "charge.outcome is null\n        and charge.status = 'reserved'",
    by: 'true',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a plain batch settles each hold once',
    in: 'settle_plain',
    cut: 'and count(*) = count(distinct charge.reservation_id)',
    by: '',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain batch is paid by one grant',
    in: 'settle_plain',
    cut: 'and coalesce(charge.total_credits < charge.remaining_credits, false)',
    by: '',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain batch draws on the grant that is next',
    in: 'settle_plain',
    cut: 'order by next.priority, next.expires_at,',
    by: 'order by',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a released hold is not charged',
    in: 'settlement_candidates',
    cut: "when hold.status = 'released' then 'reservation_not_open'",
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a settled hold is not charged again',
    in: 'settlement_candidates',
    cut: "hold.status = 'settled'",
    by: 'false',
    scenario: 'settlesOnce',
  },
  {
    rule: 'the cost is part of the settlement',
    in: 'settlement_candidates',
    cut: "coalesce(trim_scale(asked.amount_credits)::text, ''),",
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'only an open hold is released',
    in: 'apply_releases',
    cut: "and hold.status = 'reserved'",
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a release is of its organization',
    in: 'apply_releases',
    cut: 'hold.organization_id = request.organization_id and ',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a charge is within hold, credits and overdraft',
    in: 'decide_settlements',
    cut: 'v_item.actual_credits, v_held_credits + greatest(v_headroom_credits, 0)',
    by: 'v_item.actual_credits',
    scenario: 'overdraftIsBounded',
  },
  {
    rule: 'costs above the hold are decided one by one',
    in: 'apply_settlements',
    cut: 'and candidate.actual_credits <= candidate.held_credits',
    by: '',
    scenario: 'overdraftIsBounded',
  },
  {
    rule: 'a grant repays the debt first',
    in: 'add_grant',
    cut: 'least(v_balance.debt_credits, p_amount_credits)',
    by: '0',
    scenario: 'overdraftIsBounded',
  },
  {
    rule: 'only open holds expire',
    in: 'expire_overdue_holds',
    cut: "hold.status = 'reserved'",
    by: 'true',
    scenario: 'holdsEndOnTime',
  },
  {
    rule: 'what is due is done before anything moves',
    in: 'lock_balances',
    cut: 'if v_first_due_at <= v_at then',
    by: 'if false then',
    scenario: 'expiryIsFair',
  },
  {
    rule: 'an expiry leaves what holds need',
    in: 'expire_due_grants',
    cut: 'greatest(lot.needed_credits - lot.good_credits, 0)',
    by: '0',
    scenario: 'expiryIsFair',
  },
  {
    rule: 'grants are used in order',
    in: 'store_settlements',
    cut: 'order by lot.priority, lot.expires_at,',
    by: 'order by',
    scenario: 'burnDownOrder',
  },
  {
    rule: 'the price is that of the reservation',
    in: 'settlement_candidates',
    cut: 'private.price_usage(asked.usage, hold.created_at)',
    by: "private.price_usage(asked.usage, 'infinity')",
    scenario: 'priceOfTheMoment',
  },
  {
    rule: 'the ledger is append-only',
    statement: 'alter table public.credit_transactions disable trigger refuse_ledger_change',
    undo: 'alter table public.credit_transactions enable trigger refuse_ledger_change',
    scenario: 'ledgerIsAppendOnly',
  },
  {
    rule: 'no role may write the ledger',
    statement: `
      alter table public.credit_transactions disable trigger refuse_ledger_change;
      grant update on public.credit_transactions to purser_api`,
    undo: `
      alter table public.credit_transactions enable trigger refuse_ledger_change;
      revoke update on public.credit_transactions from purser_api`,
    scenario: 'ledgerIsAppendOnly',
  },
  {
    rule: 'the ledger checks signs',
    statement: 'alter table public.credit_transactions drop constraint credit_transactions_sign',
    // The part of it that the scenario asks for; the row that got in stays.
    undo: `
      alter table public.credit_transactions add constraint credit_transactions_sign
        check (type <> 'promo_bonus' or amount_credits > 0) not valid`,
    scenario: 'ledgerIsAppendOnly',
  },
]
