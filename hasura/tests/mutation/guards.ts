import { CATALOGUE_GUARDS } from './catalogue-guards.ts'
import { DELETION_GUARDS } from './deletion-guards.ts'
import type { Guard } from './guard.ts'
import { PERIOD_GUARDS } from './period-guards.ts'
import { PURCHASE_GUARDS } from './purchase-guards.ts'
import { QUOTA_GUARDS } from './quota-guards.ts'
import { RESERVATION_GUARDS } from './reservation-guards.ts'
import { SESSION_GUARDS } from './session-guards.ts'
import { SUBSCRIPTION_GUARDS } from './subscription-guards.ts'

export const GUARDS: Guard[] = [
  ...RESERVATION_GUARDS,
  ...CATALOGUE_GUARDS,
  ...QUOTA_GUARDS,
  ...DELETION_GUARDS,
  ...PERIOD_GUARDS,
  ...PURCHASE_GUARDS,
  ...SESSION_GUARDS,
  ...SUBSCRIPTION_GUARDS,
  {
    rule: 'a settlement is of its organization',
    in: 'settlement_candidates',
    cut: 'made.organization_id = request.organization_id\n        and ',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a plain settlement is within its hold',
    in: 'settle_credits',
    cut: 'and charge.actual_credits <= charge.held_credits',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain settlement is of an open hold',
    in: 'settle_credits',
    cut: "charge.outcome is null\n        and charge.status = 'reserved'",
    by: 'true',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a plain batch settles each hold once',
    in: 'settle_credits',
    cut: 'select count(*) = count(distinct told.id)',
    by: 'select true',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain batch is paid by one grant',
    in: 'settle_credits',
    cut: 'and coalesce(charge.total_credits < charge.next_grant_credits, false)',
    by: '',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a plain batch draws on the grant that is next',
    in: 'settlement_candidates',
    cut: 'order by next.priority, next.expires_at,',
    by: 'order by',
    scenario: 'plainSettlements',
  },
  {
    rule: 'a released hold is not charged',
    in: 'settlement_candidates',
    cut: "when asked.status = 'released' then 'reservation_not_open'",
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a settled hold is not charged again',
    in: 'settlement_candidates',
    cut: "asked.status = 'settled'",
    by: 'false',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a charge in the ledger has settled its hold',
    in: 'settlement_candidates',
    cut: 'entry.id = p_reservation_ids[request.item] and',
    by: 'false and',
    scenario: 'settlesOnce',
  },
  {
    rule: 'what costs nothing ends its hold',
    in: 'settle_credits',
    cut: ' or candidate.actual_credits = 0',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'the cost is part of the settlement',
    in: 'settlement_fingerprint',
    cut: 'coalesce(hash_numeric_extended(p_amount_credits, 1), 1)\n    # ',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'the tokens are part of the settlement',
    in: 'settlement_fingerprint',
    cut: '# coalesce(hashint4extended(5, p_output_tokens), 5)',
    by: '',
    scenario: 'reportsAreJudged',
  },
  {
    rule: 'a report has no negative tokens',
    in: 'usage_cost',
    cut: 'and p_output_tokens between 0 and 1000000000000',
    by: '',
    scenario: 'reportsAreJudged',
  },
  {
    rule: 'cached tokens are part of the input',
    in: 'usage_cost',
    cut: 'and coalesce(p_cached_input_tokens, 0) between 0 and p_input_tokens',
    by: '',
    scenario: 'reportsAreJudged',
  },
  {
    rule: 'an amount and a report are one too many',
    in: 'settlement_candidates',
    cut: 'when num_nonnulls(',
    by: 'when 0 * num_nonnulls(',
    scenario: 'reportsAreJudged',
  },
  {
    rule: 'only an open hold is released',
    in: 'apply_releases',
    cut: 'and hold.ended_as is null',
    by: '',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a charged hold is not released',
    in: 'apply_releases',
    cut: 'where charge.id = hold.id',
    by: 'where false',
    scenario: 'settlesOnce',
  },
  {
    rule: 'a charged hold is not extended',
    in: 'extend_reservations',
    cut: 'where charge.id = hold.id',
    by: 'where false',
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
    cut: 'join private.open_holds as hold',
    by: 'join private.credit_holds as hold',
    scenario: 'holdsEndOnTime',
  },
  {
    rule: 'a sweep goes on to the next open hold',
    in: 'expire_overdue_holds',
    cut: 'where near.ended_as is null',
    by: 'where false and near.ended_as is null',
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
    cut: 'price.effective_from <= asked.created_at',
    by: 'true',
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
