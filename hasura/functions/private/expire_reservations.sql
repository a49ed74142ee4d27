/*
 * Job: gives back the credits of reservations that are past their time, at most p_limit in a call.
 * Takes the gates that are free and skips the others, so it can run in many places at once and never
 * waits for traffic. `remaining` says whether a further call would find more.
 */
create function private.expire_reservations(p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
begin
  select array_agg(locked.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.reserved_credits > 0
      and (
        -- Moves the mark on where nothing was overdue for long, so that this look stays short.
        balance.holds_swept_until < v_at - interval '10 minutes'
        or exists (
          select
          from public.credit_reservations as hold
          where hold.organization_id = balance.organization_id
            and hold.expires_at > balance.holds_swept_until
            and hold.expires_at <= v_at
            and hold.status = 'reserved'
        )
      )
    order by balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;

  processed := private.expire_overdue_holds(v_organization_ids, v_at, p_limit);
  failed := 0;
  remaining := exists (
    select
    from public.organization_credit_balances as balance
    join public.credit_reservations as hold
      on hold.organization_id = balance.organization_id
      and hold.expires_at > balance.holds_swept_until
      and hold.expires_at <= v_at
    where balance.reserved_credits > 0 and hold.status = 'reserved'
  );
  return next;
end
$$;

comment on function private.expire_reservations(integer)
  is 'Job: expires overdue reservations, skipping organizations that are busy.';

grant execute on function private.expire_reservations(integer) to purser_api;
