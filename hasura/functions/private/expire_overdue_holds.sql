/*
 * Gives back the credits of reservations that are past their time. The caller holds the gate, so a
 * settlement or an extension comes either before or after. Returns how many it closed.
 *
 * It reads the holds, ended ones as well, whose time came since next_hold_expires_at, then at most the
 * next 4,000: to the first open one among them, or else to the last, goes the mark. So a sweep is
 * short however many holds there are, and next time begins where this one has looked. The settings
 * leave the planner the index in its order, and so reading no more than that.
 */
create function private.expire_overdue_holds(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
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
    join private.open_holds as hold
      on hold.organization_id = due.organization_id
      and hold.expires_at >= due.next_hold_expires_at
      and hold.expires_at <= p_at
  ),
  closed as (
    update private.credit_holds as hold
    set ended_as = 'expired', released_credits = hold.amount_credits, closed_at = p_at
    from overdue
    where hold.organization_id = overdue.organization_id
      and hold.id = overdue.id
      and hold.ended_as is null
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
      coalesce(
        (
          select near.expires_at
          from (
            select hold.id, hold.ended_as, hold.expires_at
            from private.credit_holds as hold
            where hold.organization_id = due.organization_id
              and hold.expires_at > p_at
              and hold.expires_at > '-infinity'
            order by hold.expires_at
            limit 4000
          ) as near
          where near.ended_as is null
            and (select charge.id from public.credit_transactions as charge where charge.id = near.id)
              is null
          order by near.expires_at
          limit 1
        ),
        (
          select hold.expires_at
          from private.credit_holds as hold
          where hold.organization_id = due.organization_id
            and hold.expires_at > p_at
            and hold.expires_at > '-infinity'
          order by hold.expires_at
          offset 3999
          limit 1
        ),
        'infinity'
      ) as next_expiry_at
    from due
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits - total.amount_credits,
      next_hold_expires_at = total.next_expiry_at
    from total
    where balance.organization_id = total.organization_id
  )
  select count(*)::integer from closed
$$;

comment on function private.expire_overdue_holds(uuid[], timestamptz)
  is 'Expires overdue reservations of locked organizations.';
