/*
 * Job: gives back the credits of reservations that are past their time, for at most p_limit
 * organizations in a call. Whoever moves credits does the same for his organization first; this job
 * is for those that nobody touches. Takes the gates that are free and skips the others, so it can
 * run in many places at once and never waits for traffic. `processed` counts reservations, and is
 * not 0 unless every organization with overdue ones is busy; `remaining` says whether there are any.
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
      and balance.next_hold_expires_at <= v_at
      and exists (
        select
        from private.open_holds as hold
        where hold.organization_id = balance.organization_id
          and hold.expires_at >= balance.next_hold_expires_at
          and hold.expires_at <= v_at
      )
    order by balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;

  processed := private.expire_overdue_holds(v_organization_ids, v_at);
  failed := 0;
  remaining := exists (
    select
    from public.organization_credit_balances as balance
    join private.open_holds as hold
      on hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at <= v_at
    where balance.reserved_credits > 0
      and balance.next_hold_expires_at <= v_at
  );
  return next;
end
$$;

comment on function private.expire_reservations(integer)
  is 'Job: expires overdue reservations, skipping organizations that are busy.';

grant execute on function private.expire_reservations(integer) to purser_api;
