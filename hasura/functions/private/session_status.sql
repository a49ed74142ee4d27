/*
 * A session as it is now. It changes nothing that time has not changed: an end that has come by
 * itself is written down and charged, as the job would do a moment later.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Outcomes: active, ended, session_not_found.
 */
create function private.session_status(
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
  v_session := private.move_session(v_session, v_at, false, null);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.session_status(uuid, uuid, uuid) is 'A live session as it is now.';

grant execute on function private.session_status(uuid, uuid, uuid) to purser_api;
