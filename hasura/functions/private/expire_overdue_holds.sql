/*
 * Gives back the credits of reservations that are past their time. The caller holds the gate, so a
 * settlement or an extension comes either before or after. Returns how many it closed.
 *
 * It reads the reservations, open and closed, that ended since next_hold_expires_at, so that mark
 * moves on by at least the next open one's expiry or a minute: a sweep stays short however many
 * reservations there are.
 */
create function private.expire_overdue_holds(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
as $$
  with due as materialized (
    select balance.organization_id, balance.next_hold_expires_at
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_hold_expires_at <= p_at
  ),
  overdue as materialized (
    select hold.organization_id, hold.id
    from due
    join public.credit_reservations as hold
      on hold.organization_id = due.organization_id
      and hold.expires_at >= due.next_hold_expires_at
      and hold.expires_at > '-infinity'
      and hold.expires_at <= p_at
    where hold.status = 'reserved'
  ),
  closed as (
    update public.credit_reservations as hold
    set status = 'expired', released_credits = hold.amount_credits, closed_at = p_at
    from overdue
    where hold.organization_id = overdue.organization_id
      and hold.id = overdue.id
      and hold.status = 'reserved'
    returning hold.organization_id, hold.amount_credits
  ),
  total as (
    select
      due.organization_id,
      (
        select coalesce(sum(closed.amount_credits), 0)
        from closed
        where closed.organization_id = due.organization_id
      ) as amount_credits,
      (
        select hold.expires_at
        from public.credit_reservations as hold
        where hold.organization_id = due.organization_id
          and hold.expires_at > p_at
          and hold.expires_at <= p_at + interval '1 minute'
          and hold.expires_at > '-infinity'
          and hold.status = 'reserved'
        order by hold.expires_at
        limit 1
      ) as next_expiry
    from due
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits - total.amount_credits,
      next_hold_expires_at = case
        when total.next_expiry is not null then total.next_expiry
        when balance.reserved_credits > total.amount_credits then p_at + interval '1 minute'
        else 'infinity'
      end
    from total
    where balance.organization_id = total.organization_id
  )
  select count(*)::integer from closed
$$;

comment on function private.expire_overdue_holds(uuid[], timestamptz)
  is 'Expires overdue reservations of locked organizations.';
