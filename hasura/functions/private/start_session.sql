/*
 * Starts a live session of a member with its first lease. A user has one at a time in an
 * organization, so their minutes are used once.
 *
 * Gate: the balance row (lock_for_session); a unique index of active sessions stands behind it.
 * Replay: the same key and request answers the session that it started, as it is now.
 *
 * Outcomes: started, replayed, idempotency_conflict, session_active (with the session that runs),
 * quota_exceeded and member_cap_exceeded (no minutes, and none to buy), subscription_inactive,
 * unknown_organization, unknown_user, invalid_key.
 */
create function private.start_session(
  p_organization_id uuid,
  p_user_id uuid,
  p_topic text,
  p_difficulty text,
  p_idempotency_key text
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
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(e'\x1f', p_user_id::text, coalesce(p_topic, ''), coalesce(p_difficulty, '')), 'UTF8'
  ));
  v_outcome text := 'started';
  v_session private.metered_sessions;
  v_running private.metered_sessions;
  v_answer private.session_answer;
begin
  select session.* into v_session
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.idempotency_key = p_idempotency_key;
  if v_session.id is not null then
    v_outcome := case
      when v_session.request_fingerprint = v_fingerprint then 'replayed'
      else 'idempotency_conflict'
    end;
    v_session := private.move_session(v_session, v_at, false, null);
    return private.session_answer(v_outcome, v_session, v_at);
  end if;

  v_outcome := private.session_refusal(p_organization_id, p_user_id, p_idempotency_key, v_at);
  v_session.organization_id := p_organization_id;
  v_session.user_id := p_user_id;
  if v_outcome is not null then
    return private.session_refused(v_outcome, v_session, v_at);
  end if;
  select session.* into v_running
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.user_id = p_user_id
    and session.status = 'active';
  if v_running.id is not null then
    v_running := private.move_session(v_running, v_at, false, null);
    if v_running.status = 'active' then
      return private.session_answer('session_active', v_running, v_at);
    end if;
  end if;

  v_session := private.new_session(v_session, v_at);
  v_session.topic := p_topic;
  v_session.difficulty := p_difficulty;
  v_session.idempotency_key := p_idempotency_key;
  v_session.request_fingerprint := v_fingerprint;
  v_session := private.promise_session(v_session, v_at);
  if v_session.lease_expires_at <= v_at then
    return private.session_refused('quota_exceeded', v_session, v_at);
  end if;
  insert into private.metered_sessions select v_session.*;
  perform private.count_period(v_session, v_at, 0, 0, 1, false);
  v_answer := private.session_answer('started', v_session, v_at);
  perform private.note_session_limit(v_session, v_answer.limit_minutes, v_at);
  return v_answer;
end
$$;

comment on function private.start_session(uuid, uuid, text, text, text)
  is 'Starts a live session of a member, who has one at a time.';

grant execute on function private.start_session(uuid, uuid, text, text, text) to purser_api;
