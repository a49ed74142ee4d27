/*
 * Takes away what expired grants still hold, except as much as open reservations need: a hold was
 * made on credits that were good at the time. So credits that came after the expiry, as those of
 * the next period, do not stand in for them, and holds made after it do not need them. What is kept
 * goes when the holds have ended. The grant that expired first gives first. The caller holds the
 * gate. Returns how many grants it touched.
 */
create function private.expire_due_grants(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
as $$
  with due as materialized (
    select
      balance.organization_id,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
      last_expiry.at as last_expiry_at,
      coalesce(needed.credits, 0) as needed_credits
    from public.organization_credit_balances as balance
    left join lateral (
      select max(lot.expires_at) as at
      from public.credit_grants as lot
      where lot.organization_id = balance.organization_id
        and not lot.is_used_up
        and lot.closed_at is null
        and lot.expires_at <= p_at
    ) as last_expiry on true
    left join lateral (
      select sum(hold.amount_credits) as credits
      from private.open_holds as hold
      where hold.organization_id = balance.organization_id
        and hold.expires_at >= balance.next_hold_expires_at
        and hold.created_at < last_expiry.at
    ) as needed on balance.reserved_credits > 0
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= p_at
  ),
  -- Organizations without any lot are in it once, with nulls, so that their mark is moved on.
  lot as materialized (
    select
      due.organization_id,
      due.posted_credits,
      due.needed_credits,
      lot.id,
      lot.source,
      lot.remaining_credits,
      lot.expires_at,
      lot.expires_at <= p_at as is_expired,
      coalesce(
        sum(lot.remaining_credits)
          filter (where lot.expires_at > p_at and lot.effective_at < due.last_expiry_at)
          over (partition by due.organization_id),
        0
      ) as good_credits,
      coalesce(
        sum(lot.remaining_credits) filter (where lot.expires_at <= p_at)
          over (partition by due.organization_id),
        0
      ) as expired_credits,
      sum(lot.remaining_credits) over (
        partition by due.organization_id
        order by lot.expires_at, lot.priority, lot.id
        rows unbounded preceding
      ) - lot.remaining_credits as before_credits
    from due
    left join public.credit_grants as lot
      on lot.organization_id = due.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
  ),
  taken as materialized (
    select
      lot.*,
      case
        when lot.is_expired then greatest(
          least(
            lot.remaining_credits,
            lot.expired_credits
              - least(lot.expired_credits, greatest(lot.needed_credits - lot.good_credits, 0))
              - lot.before_credits
          ),
          0
        )
        else 0
      end as amount_credits
    from lot
  ),
  expired as materialized (
    select
      taken.*,
      taken.posted_credits - sum(taken.amount_credits) over (
        partition by taken.organization_id
        order by taken.before_credits
        rows unbounded preceding
      ) as balance_after_credits
    from taken
    where taken.amount_credits > 0
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - expired.amount_credits,
      expired_credits = lot.expired_credits + expired.amount_credits,
      closed_at = case when lot.remaining_credits = expired.amount_credits then p_at end
    from expired
    where lot.id = expired.id
  ),
  recorded as (
    insert into public.credit_transactions
      (organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      expired.organization_id, 'expiry', -expired.amount_credits, expired.balance_after_credits,
      expired.id, p_at
    from expired
    order by expired.organization_id, expired.before_credits
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - total.monthly,
      bonus_credits = balance.bonus_credits - total.bonus,
      next_grant_expires_at = coalesce(total.next_expiry, 'infinity')
    from (
      -- Of one list only: a join of two lists would compare each organization with all others.
      select
        taken.organization_id,
        coalesce(sum(taken.amount_credits) filter (where taken.source = 'plan'), 0) as monthly,
        coalesce(sum(taken.amount_credits) filter (where taken.source <> 'plan'), 0) as bonus,
        min(taken.expires_at) filter (where taken.remaining_credits > taken.amount_credits)
          as next_expiry
      from taken
      group by taken.organization_id
    ) as total
    where balance.organization_id = total.organization_id
  )
  select count(*)::integer from expired
$$;

comment on function private.expire_due_grants(uuid[], timestamptz)
  is 'Expires grants of locked organizations, but not what open reservations need.';
