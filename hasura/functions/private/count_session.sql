/*
 * Counts what a session has used from its last sign of life until p_until, which its lease covers:
 * into the session, the period of its user, and minute by minute into the usage ledger. Where a
 * period ends or a day begins in between, each part is counted where it belongs. p_next_at: from when
 * on the session counts again, infinity when it has ended; a period or day that is over by then is
 * booked to the second. Returns the session, not yet stored. The caller holds the gate.
 */
create function private.count_session(
  p_session private.metered_sessions,
  p_until timestamptz,
  p_next_at timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_from timestamptz := p_session.last_heartbeat_at;
  v_until timestamptz;
  v_boundary timestamptz;
  v_seconds integer;
  v_bought_seconds integer;
begin
  if p_next_at = 'infinity' and v_from >= p_until and v_session.used_seconds > 0 then
    perform private.count_period(v_session, v_from - interval '1 second', 0, 0, 0, true);
  end if;
  while v_from < p_until loop
    v_boundary := private.session_boundary(v_session.organization_id, v_from);
    v_until := least(p_until, v_boundary);
    -- From the start of the span, so that a period that begins within a second loses none.
    v_seconds := floor(extract(epoch from v_until - p_session.last_heartbeat_at))
      - v_session.used_seconds + p_session.used_seconds;
    v_bought_seconds := floor(greatest(extract(epoch from v_until - greatest(
      v_session.included_until, p_session.last_heartbeat_at
    )), 0)) - v_session.bought_seconds + p_session.bought_seconds;
    v_session.used_seconds := v_session.used_seconds + v_seconds;
    v_session.bought_seconds := v_session.bought_seconds + v_bought_seconds;
    v_session.hold_used_seconds := v_session.hold_used_seconds + v_bought_seconds;
    perform private.count_period(
      v_session, v_from, v_seconds - v_bought_seconds, v_bought_seconds, 0,
      p_next_at >= v_boundary
    );
    v_from := v_until;
  end loop;
  v_session.last_heartbeat_at := v_from;
  return v_session;
end
$$;

comment on function private.count_session(private.metered_sessions, timestamptz, timestamptz)
  is 'Counts what a session has used since its last sign of life.';
