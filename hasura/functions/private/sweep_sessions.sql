/*
 * Job: writes down the end of sessions that have ended by themselves, charges them, and archives the
 * periods that are over, for at most p_limit of each in a call. Whoever asks for a session does the
 * same for it first; this job is for those that nobody asks for. Takes the gates that are free and
 * skips the others, so it can run in many places at once and never waits for traffic. The cursor
 * p_after_organization_id passes over organizations that are busy or whose sessions failed.
 * `processed` counts sessions, `archived` periods.
 */
create function private.sweep_sessions(p_limit integer, p_after_organization_id uuid)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  archived integer,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := date_trunc('second', private.current_time_utc());
  v_due_ids uuid[];
  v_organization_ids uuid[];
  v_session private.metered_sessions;
begin
  processed := 0;
  failed := 0;
  select array_agg(due.organization_id order by due.organization_id) into v_due_ids
  from private.due_sessions(v_at, p_limit, p_after_organization_id) as due;
  select array_agg(locked.organization_id) into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id = any (v_due_ids)
    order by balance.organization_id
    for no key update skip locked
  ) as locked;
  v_at := greatest(v_at, date_trunc('second', private.lock_balances(v_organization_ids)));

  begin
    processed := private.sweep_plain_sessions(v_organization_ids, p_limit, v_at);
  exception when others then
    -- One of them is wrong: below, the others do not wait for it.
    raise warning 'a batch of sessions could not be ended at once: %', sqlerrm;
  end;
  for v_session in
    select session.*
    from private.metered_sessions as session
    cross join lateral public.session_state(session, v_at) as state
    where session.organization_id = any (v_organization_ids)
      and session.status = 'active'
      and state.status = 'ended'
    order by session.organization_id, session.id
    limit p_limit
  loop
    begin
      perform private.move_session(v_session, v_at, false, null);
      processed := processed + 1;
    exception when others then
      failed := failed + 1;
      raise warning 'session % could not be ended: %', v_session.id, sqlerrm;
    end;
  end loop;
  archived := private.archive_usage_periods(v_at, p_limit);
  remaining := coalesce(cardinality(v_due_ids), 0) = p_limit or archived = p_limit;
  -- The last organization may have more: on from the one before, or from where this call began.
  after_organization_id := coalesce(
    (
      select max(due.organization_id::text)::uuid
      from unnest(v_due_ids) as due (organization_id)
      where due.organization_id < v_due_ids[p_limit]
    ),
    case when processed = 0 then v_due_ids[p_limit] end,
    p_after_organization_id
  );
  return next;
end
$$;

comment on function private.sweep_sessions(integer, uuid)
  is 'Job: ends sessions whose time is over, skipping organizations that are busy.';

grant execute on function private.sweep_sessions(integer, uuid) to purser_api;
