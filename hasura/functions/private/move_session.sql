/*
 * The state machine of a live session: brings it to a moment, after its time if that has passed.
 *
 *   is ended                      → stays as it ended
 *   has ended by itself by now    → is ended as session_state tells, and charged for that
 *   p_end_reason                  → is ended now; after an error nothing since the last heartbeat counts
 *   p_is_alive                    → is counted and gets its next lease, or ends when nothing is left
 *   else                          → stays
 *
 * What is used is counted until the lease ends at most. Returns the session as stored. The caller
 * holds the gate of its organization.
 */
create function private.move_session(
  p_session private.metered_sessions,
  p_at timestamptz,
  p_is_alive boolean,
  p_end_reason text
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_end_reason text;
  v_ended_at timestamptz;
  v_until timestamptz;
  v_next_at timestamptz;
begin
  if v_session.status = 'ended' then
    return v_session;
  end if;
  select state.end_reason, state.ended_at into v_end_reason, v_ended_at
  from public.session_state(v_session, p_at) as state;
  if v_end_reason is null and p_end_reason is not null then
    v_end_reason := p_end_reason;
    v_ended_at := greatest(p_at, v_session.last_heartbeat_at);
  end if;

  if v_end_reason is null and not p_is_alive then
    return v_session;
  elsif v_end_reason in ('stale', 'error') then
    v_until := v_session.last_heartbeat_at;
  else
    v_until := least(coalesce(v_ended_at, p_at), v_session.lease_expires_at);
  end if;
  -- The lease may have run out long ago: what lies between is not counted.
  v_next_at := case
    when v_end_reason is null then greatest(p_at, v_session.last_heartbeat_at) else 'infinity'
  end;
  v_session := private.count_session(v_session, v_until, v_next_at);

  if v_end_reason is null then
    v_session.last_heartbeat_at := v_next_at;
    v_session := private.promise_session(v_session, v_next_at);
    select state.end_reason, state.ended_at into v_end_reason, v_ended_at
    from public.session_state(v_session, v_next_at) as state;
    if v_end_reason is not null then
      v_session := private.count_session(v_session, v_next_at, 'infinity');
    end if;
  end if;
  if v_end_reason is not null then
    v_session := private.close_session_hold(v_session);
    v_session.status := 'ended';
    v_session.end_reason := v_end_reason;
    v_session.ended_at := v_ended_at;
    v_session.lease_expires_at := least(v_session.lease_expires_at, v_ended_at);
    v_session.last_heartbeat_at := least(v_session.last_heartbeat_at, v_session.lease_expires_at);
  end if;
  perform private.store_session(v_session);
  return v_session;
end
$$;

comment on function private.move_session(private.metered_sessions, timestamptz, boolean, text)
  is 'The state machine of a live session: counts, prolongs or ends it.';
