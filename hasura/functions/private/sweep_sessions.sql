/*
 * Job: writes down the end of sessions that have ended by themselves, charges them, and archives the
 * periods that are over, for about p_limit sessions in a call. Whoever asks for a session does the
 * same for it first; this job is for those that nobody asks for. Takes the gates that are free and
 * skips the others, so it can run in many places at once and never waits for traffic. `processed`
 * counts sessions, `archived` periods; `remaining` says whether another call would find more.
 */
create function private.sweep_sessions(p_limit integer)
returns table (processed integer, failed integer, remaining boolean, archived integer)
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
  v_organization_ids uuid[];
  v_session private.metered_sessions;
begin
  processed := 0;
  failed := 0;
  select array_agg(locked.organization_id) into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id in (
      select due.organization_id from private.due_sessions(v_at, p_limit) as due
    )
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
  remaining := processed + archived > 0
    and exists (select from private.due_sessions(v_at, 1));
  return next;
end
$$;

comment on function private.sweep_sessions(integer)
  is 'Job: ends sessions whose time is over, skipping organizations that are busy.';

grant execute on function private.sweep_sessions(integer) to purser_api;
