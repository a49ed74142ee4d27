/*
 * The gate. Locks the balance rows in the order of their organizations, which is the one lock order
 * of the product (balances, then reservations, then grants), and returns the time after the wait.
 * Everything that moves credits begins here and decides only on what it reads afterwards: an earlier
 * snapshot is older than the lock.
 *
 * What is due by then is done first: overdue holds are given back, grants expire, a new period begins.
 * So what is decided depends on the time alone and not on when a job runs: nobody draws on what has
 * expired, a stale hold denies nobody, and a new month counts from its first moment.
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
  select min(least(locked.next_hold_expires_at, locked.next_grant_expires_at, locked.period_end))
  into v_first_due_at
  from (
    select balance.next_hold_expires_at, balance.next_grant_expires_at, balance.period_end
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
