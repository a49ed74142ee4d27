/*
 * The gate for moves of sessions: locks the balance and tells the time in whole seconds, in which
 * sessions are counted. In the first second of a period that begins within a second it is the next
 * one, so that nothing is counted before its period.
 */
create function private.lock_for_session(p_organization_id uuid)
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
begin
  return coalesce(
    (
      select date_trunc('second', v_at) + interval '1 second'
      from public.org_plans as subscription
      where subscription.organization_id = p_organization_id
        and subscription.period_start > date_trunc('second', v_at)
        and subscription.period_start <= v_at
    ),
    date_trunc('second', v_at)
  );
end
$$;

comment on function private.lock_for_session(uuid)
  is 'Locks a balance and tells the time in whole seconds.';
