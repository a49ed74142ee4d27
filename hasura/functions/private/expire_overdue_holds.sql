/*
 * Gives back the credits of reservations that are past their time. The caller holds the gate, so a
 * settlement or an extension comes either before or after. Reads only holds that ended since the
 * last sweep of the organization. Returns how many it closed, at most p_limit.
 */
create function private.expire_overdue_holds(
  p_organization_ids uuid[],
  p_at timestamptz,
  p_limit integer
)
returns integer
language sql
volatile
as $$
  with overdue as materialized (
    select hold.organization_id, hold.id
    from public.organization_credit_balances as balance
    join public.credit_reservations as hold
      on hold.organization_id = balance.organization_id
      and hold.expires_at > balance.holds_swept_until
      and hold.expires_at <= p_at
    where balance.organization_id = any (p_organization_ids)
      and hold.status = 'reserved'
    limit p_limit
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
    select balance.organization_id, coalesce(sum(closed.amount_credits), 0) as amount_credits
    from public.organization_credit_balances as balance
    left join closed on closed.organization_id = balance.organization_id
    where balance.organization_id = any (p_organization_ids)
    group by balance.organization_id
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits - total.amount_credits,
      -- With more to do than the limit, the next sweep must look at the same time again.
      holds_swept_until = case
        when (select count(*) from overdue) < p_limit then p_at
        else balance.holds_swept_until
      end
    from total
    where balance.organization_id = total.organization_id
      -- Nothing closed: move the mark on now and then, so that sweeps stay short.
      and (total.amount_credits > 0 or balance.holds_swept_until < p_at - interval '1 minute')
  )
  select count(*)::integer from closed
$$;

comment on function private.expire_overdue_holds(uuid[], timestamptz, integer)
  is 'Expires overdue reservations of locked organizations.';
