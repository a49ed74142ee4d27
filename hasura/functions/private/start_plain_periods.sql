/*
 * Begins the next period of those of the organizations for which this is all there is to do, in one
 * statement that writes each row once: the grant of the old period expires, the month's credits are
 * granted. Returns them; all others are left as they are, to expire_due_grants and start_due_periods,
 * which give the same result. So one odd organization does not slow down its batch.
 *
 * Odd is who has holds, a debt, a rollover, a pending change, a subscription that is billed or may
 * not use AI, paid lines that wait, other credits that expire now, or who missed more than a period.
 * The caller holds the gates, so balances and grants are found by their place.
 */
create function private.start_plain_periods(p_organization_ids uuid[], p_at timestamptz)
returns uuid[]
language sql
volatile
as $$
  with plain as materialized (
    select
      account.organization_id,
      account.ctid as account_place,
      account.monthly_credits + account.bonus_credits as posted_credits,
      ended.period_end as new_start,
      next_period.new_end,
      ended.monthly_ai_credits,
      ended.overdraft_credits,
      lot.place as old_place,
      lot.id as old_id,
      lot.expired_credits,
      least(lot.next_expires_at, next_period.new_end) as next_grant_expires_at,
      uuidv7() as grant_id
    from public.organization_credit_balances as account
    cross join lateral (
      select subscription.*
      from public.org_plans as subscription
      where subscription.organization_id = account.organization_id
        and subscription.period_end <= p_at
        and subscription.stripe_subscription_id is null
        and subscription.pending_change_at is null
        and subscription.status in ('active', 'trialing', 'past_due')
        and subscription.monthly_ai_credits > 0
      limit 1
    ) as ended
    cross join lateral (
      select private.next_period_start(ended.period_end, ended.anchor_day, ended.time_zone) as new_end
      offset 0
    ) as next_period
    cross join lateral (
      select
        max(held.ctid) filter (where held.expires_at <= p_at) as place,
        any_value(held.id) filter (where held.expires_at <= p_at) as id,
        coalesce(
          sum(held.remaining_credits) filter (where held.expires_at <= p_at), 0
        ) as expired_credits,
        min(held.expires_at) filter (where held.expires_at > p_at) as next_expires_at
      from public.credit_grants as held
      where held.organization_id = account.organization_id
        and not held.is_used_up
        -- What expired in earlier periods is not read again.
        and held.expires_at >= account.next_grant_expires_at
        and held.closed_at is null
      having count(*) filter (where held.expires_at <= p_at) <= 1
        and count(*) filter (where held.expires_at <= p_at and held.source <> 'plan') = 0
    ) as lot
    where account.organization_id = any (p_organization_ids)
      and account.period_end <= p_at
      and account.reserved_credits = 0
      and account.debt_credits = 0
      and next_period.new_end > p_at
      -- Few have these, so each is one list for all.
      and ended.plan_id = any (
        array(select plan.id from public.plans as plan where plan.rollover_credits = 0)
      )
      and account.organization_id <> all (
        array(
          select line.organization_id
          from public.billing_invoice_lines as line
          where line.organization_id = any (p_organization_ids) and line.status = 'waiting'
        )
      )
    order by account.organization_id
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = 0,
      expired_credits = lot.expired_credits + lot.remaining_credits,
      closed_at = p_at
    from plain
    where lot.ctid = plain.old_place
  ),
  granted as (
    insert into public.credit_grants (
      id, organization_id, source, granted_credits, remaining_credits, priority, effective_at,
      expires_at, transaction_id, created_at
    )
    select
      plain.grant_id, plain.organization_id, 'plan', plain.monthly_ai_credits,
      plain.monthly_ai_credits, 10, plain.new_start, plain.new_end, plain.grant_id, p_at
    from plain
  ),
  recorded as (
    insert into public.credit_transactions
      (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      entry.id, plain.organization_id, entry.type, entry.amount_credits,
      entry.balance_after_credits, entry.grant_id, p_at
    from plain
    cross join lateral (
      select
        uuidv7() as id, 'expiry' as type, -plain.expired_credits as amount_credits,
        plain.posted_credits - plain.expired_credits as balance_after_credits,
        plain.old_id as grant_id
      where plain.expired_credits > 0
      union all
      select
        plain.grant_id, 'plan_allocation', plain.monthly_ai_credits,
        plain.posted_credits - plain.expired_credits + plain.monthly_ai_credits, plain.grant_id
    ) as entry
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - plain.expired_credits + plain.monthly_ai_credits,
      overdraft_credits = plain.overdraft_credits,
      used_credits = 0,
      period_start = plain.new_start,
      period_end = plain.new_end,
      next_grant_expires_at = plain.next_grant_expires_at,
      next_hold_expires_at = 'infinity'
    from plain
    where balance.ctid = plain.account_place
  ),
  moved as (
    update public.org_plans as subscription
    set
      period_start = plain.new_start,
      period_end = plain.new_end,
      period_line_id = null,
      period_granted_credits = plain.monthly_ai_credits,
      grace_ends_at = null,
      trial_ends_at = null,
      updated_at = p_at
    from plain
    where subscription.organization_id = plain.organization_id
      and subscription.period_end = plain.new_start
  )
  select array_agg(plain.organization_id) from plain
$$;

comment on function private.start_plain_periods(uuid[], timestamptz)
  is 'Begins the next period of locked organizations where nothing is odd; returns them.';
