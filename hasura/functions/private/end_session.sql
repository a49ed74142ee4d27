/*
 * Ends a session, for user_ended, error or timeout. What was used since the last heartbeat is
 * counted as far as the lease goes; after an error it is not, as nobody can say when it stopped. But
 * who has had the minutes does not tell that they were not used: without p_is_witness, as for a
 * person, the report of an error is a sign of life like any other.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Replay: a session that has ended, by whatever, stays as it is and is
 * answered. Outcomes: ended, session_not_found, invalid_reason.
 */
create function private.end_session(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid,
  p_reason text,
  p_is_witness boolean
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
  elsif (p_reason in ('user_ended', 'error', 'timeout')) is not true then
    return private.session_answer('invalid_reason', v_session, v_at);
  end if;
  if p_reason = 'error' and not p_is_witness then
    v_session := private.move_session(v_session, v_at, true, null);
  end if;
  v_session := private.move_session(v_session, v_at, false, p_reason);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.end_session(uuid, uuid, uuid, text, boolean)
  is 'Ends a live session; a second time answers the first end.';

grant execute on function private.end_session(uuid, uuid, uuid, text, boolean) to purser_api;
