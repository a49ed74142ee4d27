/* Writes a session as a move has left it. The caller holds the gate. */
create function private.store_session(p_session private.metered_sessions)
returns void
language sql
volatile
as $$
  update private.metered_sessions as session
  set
    status = p_session.status,
    end_reason = p_session.end_reason,
    last_heartbeat_at = p_session.last_heartbeat_at,
    lease_expires_at = p_session.lease_expires_at,
    included_until = p_session.included_until,
    limit_at = p_session.limit_at,
    stale_at = p_session.stale_at,
    ended_at = p_session.ended_at,
    used_seconds = p_session.used_seconds,
    bought_seconds = p_session.bought_seconds,
    charged_credits = p_session.charged_credits,
    hold_reservation_id = p_session.hold_reservation_id,
    hold_seconds = p_session.hold_seconds,
    hold_used_seconds = p_session.hold_used_seconds,
    hold_price_credits = p_session.hold_price_credits
  where session.organization_id = p_session.organization_id and session.id = p_session.id
$$;

comment on function private.store_session(private.metered_sessions)
  is 'Writes a session as a move has left it.';
