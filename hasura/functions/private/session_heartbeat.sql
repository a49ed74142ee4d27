/*
 * A sign of life of a session: counts what was used since the last one and promises the next 90
 * seconds. What lies beyond the old lease is not counted, so a late heartbeat costs nobody anything;
 * one that comes twice counts nothing; one that comes after the end answers how the session ended.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Outcomes: active, ended, session_not_found.
 */
create function private.session_heartbeat(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid
)
returns private.session_answer
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
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  end if;
  v_session := private.move_session(v_session, v_at, true, null);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.session_heartbeat(uuid, uuid, uuid)
  is 'A sign of life of a live session: counts it and gives it its next lease.';

grant execute on function private.session_heartbeat(uuid, uuid, uuid) to purser_api;
