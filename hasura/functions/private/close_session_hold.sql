/*
 * Charges what was used of the credits that a session holds, and gives the rest back. It charges also
 * when the hold has expired meanwhile: the time was used. Returns the session, not yet stored. The
 * caller holds the gate.
 */
create function private.close_session_hold(p_session private.metered_sessions)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_charged_credits numeric;
begin
  if v_session.hold_reservation_id is null then
    return v_session;
  end if;
  if v_session.hold_used_seconds = 0 then
    perform private.release_credits(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array['No bought minutes were used']
    );
  else
    select settled.charged_credits into v_charged_credits
    from private.settle_credits(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array[private.session_credits(v_session.hold_used_seconds, v_session.hold_price_credits)],
      array[null]::text[], array[null]::bigint[], array[null]::bigint[], array[null]::bigint[],
      array[null]::bigint[], array[null]::text[], array[null]::text[], array[null]::jsonb[]
    ) as settled;
    v_session.charged_credits := v_session.charged_credits + coalesce(v_charged_credits, 0);
  end if;
  v_session.hold_reservation_id := null;
  v_session.hold_price_credits := null;
  v_session.hold_seconds := 0;
  v_session.hold_used_seconds := 0;
  return v_session;
end
$$;

comment on function private.close_session_hold(private.metered_sessions)
  is 'Charges the used part of the credits that a session holds and gives back the rest.';
