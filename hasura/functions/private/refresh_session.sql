/*
 * Gives a running session the lease that the limits of now make of it, without a sign of life: after
 * a change of plan or of what the subscription pays for. When that is not active any more, the session
 * ends at that moment, as one without minutes. Else, what was promised until now stays promised, and bought time that is running costs
 * what it was sold for: unless it is included now, it has its new price from the next sign of life on.
 * Returns the session as stored. The caller holds the gate.
 */
create function private.refresh_session(p_session private.metered_sessions, p_at timestamptz)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions;
  v_kept_until timestamptz := least(p_at, p_session.lease_expires_at);
  v_suspended_at timestamptz := date_trunc(
    'second', private.suspended_at(p_session.organization_id, p_at)
  );
begin
  v_session := private.move_session(p_session, p_at, false, null);
  if v_suspended_at <= p_at then
    return private.move_session(v_session, v_suspended_at, false, 'limit_reached');
  elsif v_session.status = 'ended' or exists (
    select
    from private.session_reach(
      v_session.organization_id, v_session.user_id, v_session.last_heartbeat_at
    ) as reach
    where v_session.hold_reservation_id is not null
      and greatest(reach.included_until, v_session.included_until, v_session.last_heartbeat_at)
        < v_kept_until
  ) then
    return v_session;
  end if;
  v_session := private.promise_session(v_session, v_session.last_heartbeat_at);
  v_session.included_until := greatest(
    v_session.included_until, least(p_session.included_until, v_kept_until)
  );
  v_session.limit_at := greatest(v_session.limit_at, v_kept_until);
  v_session.lease_expires_at := greatest(v_session.lease_expires_at, v_kept_until);
  perform private.store_session(v_session);
  return private.move_session(v_session, p_at, false, null);
end
$$;

comment on function private.refresh_session(private.metered_sessions, timestamptz)
  is 'Gives a running session the lease that the limits of now allow.';
