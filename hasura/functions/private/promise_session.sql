/*
 * Promises a session its next 90 seconds, three heartbeats, from p_from on: minutes of the plan
 * first, then bought ones, for which credits are held ahead. When there is less, the lease ends with
 * it, and so does the session. Limits, plan and prices are read here, at every move, so a change
 * reaches a running session with its next heartbeat at the latest. Returns the session, not yet
 * stored. The caller holds the gate.
 *
 * A period that ends within reach brings its minutes with it. Bought minutes are never promised
 * beyond it: from then on there are minutes of the plan again. Nothing is promised beyond the moment
 * from which on the subscription is not active.
 */
create function private.promise_session(
  p_session private.metered_sessions,
  p_from timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease constant interval := interval '90 seconds';
  v_stale_after constant interval := interval '10 minutes';
  v_hold_expires_in_seconds constant integer := 900;
  v_session private.metered_sessions := p_session;
  v_price_credits numeric := private.session_minute_price(p_session.organization_id, p_from);
  v_suspended_at timestamptz := date_trunc(
    'second', private.suspended_at(p_session.organization_id, p_from)
  );
  v_lease_end timestamptz;
  v_covered_until timestamptz;
  v_reach record;
begin
  select * into v_reach
  from private.session_reach(v_session.organization_id, v_session.user_id, p_from);
  v_lease_end := least(p_from + v_lease, v_session.timeout_at, v_suspended_at);
  v_session.included_until := date_trunc('second', v_reach.included_until);

  if v_session.included_until < v_lease_end and v_price_credits is not null
    and v_session.included_until + make_interval(
      secs => v_session.hold_seconds - v_session.hold_used_seconds
    ) < v_lease_end
  then
    v_session := private.close_session_hold(v_session);
    v_session := private.hold_session_credits(v_session, v_price_credits, p_from);
  elsif v_session.included_until >= v_lease_end then
    v_session := private.close_session_hold(v_session);
  elsif v_session.hold_reservation_id is not null then
    perform private.extend_reservations(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array[v_hold_expires_in_seconds]
    );
  end if;

  v_covered_until := v_session.included_until + make_interval(
    secs => v_session.hold_seconds - v_session.hold_used_seconds
  );
  if v_session.hold_seconds > 0 and v_covered_until >= v_reach.resets_at then
    v_lease_end := least(v_lease_end, date_trunc('second', v_reach.resets_at));
    v_session.limit_at := 'infinity';
  elsif v_price_credits is not null and v_covered_until >= v_lease_end then
    v_session.limit_at := v_covered_until + private.buyable_session_time(
      v_session.organization_id, v_session.user_id, p_from, v_price_credits
    );
  else
    v_session.limit_at := v_covered_until;
  end if;
  if v_suspended_at <= v_lease_end then
    v_session.limit_at := least(v_session.limit_at, v_suspended_at);
  end if;
  v_session.lease_expires_at := least(v_lease_end, v_session.limit_at);
  v_session.stale_at := p_from + v_stale_after;
  perform private.note_session_limit(v_session, v_reach.limit_minutes, p_from);
  return v_session;
end
$$;

comment on function private.promise_session(private.metered_sessions, timestamptz)
  is 'Promises a session its next seconds, within the minutes and credits that are left.';
