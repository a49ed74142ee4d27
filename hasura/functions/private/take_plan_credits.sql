/*
 * Takes credits back from the plan's grants, as far as they are unused and no open hold needs them;
 * one ledger row for each grant. The caller holds the gate. Returns how much was taken.
 */
create function private.take_plan_credits(
  p_organization_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz
)
returns numeric
language sql
volatile
as $$
  with account as materialized (
    select
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
      least(
        p_amount_credits,
        balance.monthly_credits,
        greatest(
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits
            - balance.reserved_credits,
          0
        )
      ) as take_credits
    from public.organization_credit_balances as balance
    where balance.organization_id = p_organization_id
  ),
  lot as materialized (
    select
      lot.id,
      lot.remaining_credits,
      sum(lot.remaining_credits) over line - lot.remaining_credits as before_credits
    from public.credit_grants as lot
    where lot.organization_id = p_organization_id
      and lot.source = 'plan'
      and not lot.is_used_up
      and lot.closed_at is null
    -- The latest lot gives first: it is the one that an upgrade added.
    window line as (order by lot.created_at desc, lot.id desc rows unbounded preceding)
  ),
  taken as materialized (
    select
      lot.id,
      lot.before_credits,
      least(lot.remaining_credits, account.take_credits - lot.before_credits) as amount_credits,
      account.posted_credits
    from lot
    cross join account
    where lot.before_credits < account.take_credits
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - taken.amount_credits,
      closed_at = case when lot.remaining_credits = taken.amount_credits then p_at end
    from taken
    where lot.id = taken.id
  ),
  recorded as (
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      event_at
    )
    select
      p_organization_id, 'plan_change_adjustment', -taken.amount_credits,
      taken.posted_credits - taken.before_credits - taken.amount_credits, taken.id, p_actor,
      p_reason, p_at
    from taken
    order by taken.before_credits
  ),
  counted as (
    update public.organization_credit_balances as balance
    set monthly_credits = balance.monthly_credits - account.take_credits
    from account
    where balance.organization_id = p_organization_id
  )
  select account.take_credits from account
$$;

comment on function private.take_plan_credits(uuid, numeric, jsonb, text, timestamptz)
  is 'Takes unused plan credits back, but not what open holds need.';
