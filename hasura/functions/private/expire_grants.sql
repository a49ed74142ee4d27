/*
 * Job: takes away what expired grants still hold, for at most p_limit organizations in a call, but
 * never what open reservations need (expire_due_grants). Whoever moves credits does the same for his
 * organization first; this job is for those that nobody touches. Takes the gates that are free and
 * skips the others, so it can run twice and in many places. The cursor (p_after_expires_at,
 * p_after_organization_id) passes over organizations whose holds still keep something, and over
 * those that failed. `processed` counts organizations, `grants` what was taken from.
 */
create function private.expire_grants(
  p_limit integer,
  p_after_expires_at timestamptz,
  p_after_organization_id uuid
)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  grants integer,
  after_expires_at timestamptz,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
-- A batch is read in the order of an index, whatever is due beyond it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
  v_organization_id uuid;
begin
  select
    array_agg(locked.organization_id order by locked.due_at, locked.organization_id),
    max(locked.due_at)
  into v_organization_ids, after_expires_at
  from (
    select balance.organization_id, least(balance.next_grant_expires_at, balance.period_end) as due_at
    from public.organization_credit_balances as balance
    where least(balance.next_grant_expires_at, balance.period_end) <= v_at
      and balance.next_grant_expires_at <= v_at
      and (least(balance.next_grant_expires_at, balance.period_end), balance.organization_id)
        > (p_after_expires_at, p_after_organization_id)
    order by least(balance.next_grant_expires_at, balance.period_end), balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;
  -- Nobody can write these ledgers any more: from here on the time is later than their last rows.
  v_at := private.current_time_utc();
  processed := coalesce(cardinality(v_organization_ids), 0);
  failed := 0;
  grants := 0;
  remaining := processed = p_limit;
  after_organization_id := v_organization_ids[processed];

  begin
    grants := private.expire_due_grants(v_organization_ids, v_at);
  exception when others then
    -- One of them is wrong: the others must not wait for it.
    foreach v_organization_id in array v_organization_ids loop
      begin
        grants := grants + private.expire_due_grants(array[v_organization_id], v_at);
      exception when others then
        failed := failed + 1;
        raise warning 'expiry for organization % failed: %', v_organization_id, sqlerrm;
      end;
    end loop;
  end;
  processed := processed - failed;
  return next;
end
$$;

comment on function private.expire_grants(integer, timestamptz, uuid)
  is 'Job: expires grants, skipping organizations that are busy.';

grant execute on function private.expire_grants(integer, timestamptz, uuid) to purser_api;
