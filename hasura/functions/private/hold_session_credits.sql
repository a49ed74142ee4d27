/*
 * Holds credits for the next five minutes of a session beyond the plan, or for as much as there is and
 * the caps of the member leave; it counts against them.
 * It is a reservation like any other, of the capability live_session, which is in no plan's list:
 * whether minutes are sold is a matter of the plan's price and the organization's setting, which the
 * caller has asked. Returns the session, not yet stored, without a hold when there are no credits.
 * The caller holds the gate.
 */
create function private.hold_session_credits(
  p_session private.metered_sessions,
  p_minute_price_credits numeric,
  p_at timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hold_seconds constant integer := 300;
  -- Longer than a session can be silent before it ends: the hold is still there to be charged.
  v_expires_after constant interval := interval '15 minutes';
  v_session private.metered_sessions := p_session;
  v_seconds integer;
  v_credits numeric;
  v_reservation_id uuid := private.reservation_id_at(p_at);
begin
  v_seconds := least(v_hold_seconds, floor(
    private.credits_for_sessions(v_session.organization_id, v_session.user_id, p_at) * 60
      / p_minute_price_credits
  ));
  if v_seconds = 0 then
    return v_session;
  end if;

  v_credits := private.session_credits(v_seconds, p_minute_price_credits);
  insert into private.credit_holds (
    organization_id, id, user_id, capability_id, quality_level_id, amount_credits,
    idempotency_key, request_fingerprint, context, actor, expires_at, created_at
  )
  select
    v_session.organization_id, v_reservation_id, v_session.user_id, 'live_session', 'standard',
    v_credits, 'session-hold-' || v_reservation_id, uuid_hash_extended(v_reservation_id, 0),
    jsonb_build_object(
      'session_id', v_session.id, 'topic', v_session.topic, 'seconds', v_seconds,
      'minute_price_credits', p_minute_price_credits
    ),
    private.actor_of_user(v_session.user_id),
    p_at + v_expires_after, p_at;
  update public.organization_credit_balances as balance
  set
    reserved_credits = balance.reserved_credits + v_credits,
    next_hold_expires_at = least(balance.next_hold_expires_at, p_at + v_expires_after)
  where balance.organization_id = v_session.organization_id;
  if not private.hold_capped(
    v_session.organization_id, v_session.user_id, v_reservation_id, v_credits, p_at
  ) then
    raise exception 'a hold for minutes is beyond the caps of its member';
  end if;

  v_session.hold_reservation_id := v_reservation_id;
  v_session.hold_seconds := v_seconds;
  v_session.hold_used_seconds := 0;
  v_session.hold_price_credits := p_minute_price_credits;
  return v_session;
end
$$;

comment on function private.hold_session_credits(private.metered_sessions, numeric, timestamptz)
  is 'Holds credits for the next minutes of a session beyond the plan.';
