/*
 * Proves the books of one organization, or of all when p_organization_id is null: a row for each
 * rule that is broken, with what was expected and found; no rows when all is right. Reads one
 * snapshot, so it is exact while others write.
 *
 * account_missing, posted_equals_ledger, monthly_equals_grants, bonus_equals_grants,
 * debt_equals_ledger, reserved_equals_holds, used_equals_charges: the balance row.
 * grant_equals_ledger: what a grant has left. balance_after_chain: each ledger row follows the one
 * before. settlement_equals_ledger: what a reservation was charged. charge_within_hold: a charge that
 * only the ledger tells of, which was for those within their hold.
 * purchase_equals_ledger: what was bought, see verify_billing().
 * debt_beside_credits: a debt while grants have credits that were not spoken for.
 *
 * That open holds fit what is posted is no such rule: a hold fits when it is made, and a settlement
 * above another one may take from the overdraft what leaves less than the holds.
 */
create function private.verify_ledger(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with account as materialized (
    select balance.*
    from public.organization_credit_balances as balance
    where p_organization_id is null or balance.organization_id = p_organization_id
  ),
  entry as materialized (
    select
      written.organization_id,
      written.sequence,
      written.id,
      written.type,
      written.amount_credits,
      written.balance_after_credits,
      written.grant_id,
      written.reservation_id,
      written.event_at,
      lag(written.balance_after_credits, 1, 0) over (
        partition by written.organization_id order by written.sequence
      ) as balance_before_credits
    from public.credit_transactions as written
    where p_organization_id is null or written.organization_id = p_organization_id
  ),
  lot as materialized (
    select
      held.organization_id, held.id, held.source, held.remaining_credits, held.repaid_debt_credits
    from public.credit_grants as held
    where p_organization_id is null or held.organization_id = p_organization_id
  ),
  hold as materialized (
    select
      made.organization_id, made.id, made.status, made.amount_credits, made.charged_credits,
      made.released_credits
    from public.credit_reservations as made
    where p_organization_id is null or made.organization_id = p_organization_id
  ),
  ledger as materialized (
    select
      entry.organization_id,
      sum(entry.amount_credits) as posted,
      -coalesce(sum(entry.amount_credits) filter (where entry.grant_id is null), 0) as debt
    from entry
    group by entry.organization_id
  ),
  lots as materialized (
    select
      lot.organization_id,
      coalesce(sum(lot.remaining_credits) filter (where lot.source = 'plan'), 0) as monthly,
      coalesce(sum(lot.remaining_credits) filter (where lot.source <> 'plan'), 0) as bonus,
      sum(lot.repaid_debt_credits) as repaid
    from lot
    group by lot.organization_id
  ),
  holds as materialized (
    select hold.organization_id, sum(hold.amount_credits) as reserved
    from hold
    where hold.status = 'reserved'
    group by hold.organization_id
  ),
  charges as materialized (
    select account.organization_id, -sum(entry.amount_credits) as used
    from account
    join entry
      on entry.organization_id = account.organization_id
      and entry.event_at >= account.period_start
    where entry.type = 'ai_consumption'
    group by account.organization_id
  ),
  rule as (
    select account.organization_id, compared.*
    from account
    left join ledger on ledger.organization_id = account.organization_id
    left join lots on lots.organization_id = account.organization_id
    left join holds on holds.organization_id = account.organization_id
    left join charges on charges.organization_id = account.organization_id
    cross join lateral (
      values
        (
          'posted_equals_ledger', coalesce(ledger.posted, 0),
          account.monthly_credits + account.bonus_credits - account.debt_credits
        ),
        ('monthly_equals_grants', coalesce(lots.monthly, 0), account.monthly_credits),
        ('bonus_equals_grants', coalesce(lots.bonus, 0), account.bonus_credits),
        (
          'debt_equals_ledger',
          coalesce(ledger.debt, 0) - coalesce(lots.repaid, 0), account.debt_credits
        ),
        ('reserved_equals_holds', coalesce(holds.reserved, 0), account.reserved_credits),
        ('used_equals_charges', coalesce(charges.used, 0), account.used_credits)
    ) as compared (invariant, expected, actual)
    where compared.expected <> compared.actual
  )
  select rule.organization_id, rule.invariant, rule.expected, rule.actual, '{}'::jsonb
  from rule
  union all
  select subscriber.id, 'account_missing', 1, 0, '{}'
  from auth.organizations as subscriber
  where (p_organization_id is null or subscriber.id = p_organization_id)
    and (
      not exists (
        select
        from public.organization_credit_balances as balance
        where balance.organization_id = subscriber.id
      )
      or not exists (
        select
        from public.org_plans as subscription
        where subscription.organization_id = subscriber.id
      )
    )
  union all
  select
    account.organization_id, 'debt_beside_credits', 0, account.debt_credits,
    jsonb_build_object('monthly', account.monthly_credits, 'bonus', account.bonus_credits)
  from account
  where account.debt_credits > 0 and account.monthly_credits + account.bonus_credits > 0
  union all
  select
    lot.organization_id, 'grant_equals_ledger',
    coalesce(moved.amount, 0) - lot.repaid_debt_credits, lot.remaining_credits,
    jsonb_build_object('grant_id', lot.id)
  from lot
  left join (
    select entry.grant_id, sum(entry.amount_credits) as amount
    from entry
    group by entry.grant_id
  ) as moved on moved.grant_id = lot.id
  where coalesce(moved.amount, 0) - lot.repaid_debt_credits <> lot.remaining_credits
  union all
  select
    entry.organization_id, 'balance_after_chain',
    entry.balance_before_credits + entry.amount_credits, entry.balance_after_credits,
    jsonb_build_object('transaction_id', entry.id, 'sequence', entry.sequence)
  from entry
  where entry.balance_before_credits + entry.amount_credits <> entry.balance_after_credits
  union all
  select
    coalesce(hold.organization_id, charged.organization_id), 'settlement_equals_ledger',
    coalesce(charged.amount, 0), coalesce(hold.charged_credits, 0),
    jsonb_build_object('reservation_id', coalesce(hold.id, charged.reservation_id))
  from hold
  full join (
    select entry.organization_id, entry.reservation_id, -sum(entry.amount_credits) as amount
    from entry
    where entry.type = 'ai_consumption'
    group by entry.organization_id, entry.reservation_id
  ) as charged
    on charged.organization_id = hold.organization_id and charged.reservation_id = hold.id
  where coalesce(charged.amount, 0) <> coalesce(hold.charged_credits, 0)
  union all
  select
    hold.organization_id, 'charge_within_hold', hold.amount_credits, hold.charged_credits,
    jsonb_build_object('reservation_id', hold.id)
  from hold
  where hold.released_credits < 0
  union all
  select * from private.verify_billing(p_organization_id)
$$;

comment on function private.verify_ledger(uuid)
  is 'Every broken rule of the books, of one organization or all; empty when all is right.';

grant execute on function private.verify_ledger(uuid) to purser_api;
