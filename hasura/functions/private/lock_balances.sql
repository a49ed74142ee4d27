/*
 * The gate. Locks the balance rows in the order of their organizations, which is the one lock order
 * of the product (balances, then reservations, then grants), and returns the time after the wait.
 * Everything that moves credits begins here and decides only on what it reads afterwards: an earlier
 * snapshot is older than the lock.
 *
 * What is due by then is done first: grants expire and a new period begins. So nobody draws on what
 * has expired, and nobody is denied in a new month because a job has not run yet.
 */
create function private.lock_balances(p_organization_ids uuid[])
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first_due_at timestamptz;
  v_at timestamptz;
begin
  select min(least(locked.next_grant_expires_at, locked.period_end))
  into v_first_due_at
  from (
    select balance.next_grant_expires_at, balance.period_end
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
    order by balance.organization_id
    for no key update
  ) as locked;

  v_at := private.current_time_utc();
  if v_first_due_at <= v_at then
    perform private.reset_organizations(p_organization_ids, v_at);
  end if;
  return v_at;
end
$$;

comment on function private.lock_balances(uuid[])
  is 'Locks balances in organization order, does what is due, returns the time.';
