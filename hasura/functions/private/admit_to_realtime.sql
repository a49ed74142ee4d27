/*
 * Admits a running session to the voice service for the next moments: a sign of life like a
 * heartbeat, and how long the token may be valid, which is never longer than the lease or a minute.
 * At most ten in a minute.
 *
 * Gate: the balance row (lock_for_session). Outcomes: admitted, ended, rate_limited, session_not_found.
 */
create function private.admit_to_realtime(
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
  v_window constant interval := interval '1 minute';
  v_tokens_in_window constant integer := 10;
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
  v_answer private.session_answer;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  end if;
  if v_session.token_window_start + v_window <= v_at then
    v_session.token_window_start := v_at;
    v_session.tokens_in_window := 0;
  end if;
  if v_session.tokens_in_window >= v_tokens_in_window then
    v_session := private.move_session(v_session, v_at, false, null);
    v_answer := private.session_answer('rate_limited', v_session, v_at);
    v_answer.retry_after_seconds := greatest(
      extract(epoch from v_session.token_window_start + v_window - v_at), 1
    );
    return v_answer;
  end if;

  v_session := private.move_session(v_session, v_at, true, null);
  v_answer := private.session_answer(v_session.status, v_session, v_at);
  if v_session.status = 'active' then
    update private.metered_sessions as session
    set
      token_window_start = v_session.token_window_start,
      tokens_in_window = v_session.tokens_in_window + 1
    where session.organization_id = p_organization_id and session.id = p_session_id;
    v_answer.outcome := 'admitted';
    v_answer.token_expires_at := least(v_session.lease_expires_at, v_at + v_window);
  end if;
  return v_answer;
end
$$;

comment on function private.admit_to_realtime(uuid, uuid, uuid)
  is 'Admits a running session to the voice service for at most a minute.';

grant execute on function private.admit_to_realtime(uuid, uuid, uuid) to purser_api;
