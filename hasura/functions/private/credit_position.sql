/*
 * What an organization has if everything due were done at p_at: expired grants gone but for what
 * open holds need, overdue holds given back, the month's credits of a new period granted. It is what
 * a reservation would find, without touching anything: reserve_credits does those things before it
 * refuses. Only a rollover into a period that nobody has started yet is left out.
 */
create function private.credit_position(p_organization_id uuid, p_at timestamptz)
returns table (available_credits numeric)
language sql
stable
as $$
  select after_expiry.posted_credits - after_expiry.reserved_credits
  from public.organization_credit_balances as balance
  -- What is seldom due is asked for inside of each lookup: as a condition of the join it would be
  -- tested when all rows have been read.
  cross join lateral (
    select sum(hold.amount_credits) as credits
    from private.open_holds as hold
    where balance.next_hold_expires_at <= p_at
      and hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at <= p_at
  ) as overdue
  cross join lateral (
    select max(lot.expires_at) as at
    from public.credit_grants as lot
    where balance.next_grant_expires_at <= p_at
      and lot.organization_id = balance.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
      and lot.expires_at <= p_at
  ) as last_expiry
  -- The same rule as in expire_due_grants: what holds made before the expiry need is kept.
  cross join lateral (
    select sum(hold.amount_credits) as credits
    from private.open_holds as hold
    where last_expiry.at is not null
      and balance.reserved_credits > 0
      and hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at > p_at
      and hold.created_at < last_expiry.at
  ) as needed
  cross join lateral (
    select
      coalesce(
        sum(lot.remaining_credits)
          filter (where lot.expires_at > p_at and lot.effective_at < last_expiry.at),
        0
      ) as good_credits,
      coalesce(sum(lot.remaining_credits) filter (where lot.expires_at <= p_at), 0)
        as expired_credits
    from public.credit_grants as lot
    where last_expiry.at is not null
      and lot.organization_id = balance.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
  ) as lots
  -- The same rule as in start_due_periods.
  left join lateral (
    select
      case
        when ended.pending_change_at <= ended.period_end then plan.monthly_ai_credits
        else ended.monthly_ai_credits
      end as credits
    from public.org_plans as ended
    left join public.plans as plan on plan.id = coalesce(ended.pending_plan_id, 'free')
    where balance.period_end <= p_at
      and ended.organization_id = balance.organization_id
      and ended.period_end <= p_at
      and (
        ended.stripe_subscription_id is null
        or (ended.pending_plan_id is null and ended.pending_change_at <= ended.period_end)
      )
      and (
        ended.status not in ('unpaid', 'paused', 'canceled')
        or (ended.pending_change_at <= ended.period_end and ended.pending_plan_id is null)
      )
    offset 0
  ) as allocation on true
  cross join lateral (
    select
      balance.reserved_credits - coalesce(overdue.credits, 0) as reserved_credits,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits - coalesce(
        lots.expired_credits - least(
          lots.expired_credits,
          greatest(coalesce(needed.credits, 0) - lots.good_credits, 0)
        ),
        0
      ) + coalesce(allocation.credits, 0) as posted_credits
  ) as after_expiry
  where balance.organization_id = p_organization_id
$$;

comment on function private.credit_position(uuid, timestamptz)
  is 'Available credits as a reservation would find them, without touching anything.';
