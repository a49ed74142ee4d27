/* An active session that begins now, with the longest time that the plan allows. Writes nothing. */
create function private.new_session(p_session private.metered_sessions, p_at timestamptz)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
begin
  v_session.id := uuidv7();
  v_session.status := 'active';
  v_session.started_at := p_at;
  v_session.last_heartbeat_at := p_at;
  v_session.used_seconds := 0;
  v_session.bought_seconds := 0;
  v_session.charged_credits := 0;
  v_session.hold_seconds := 0;
  v_session.hold_used_seconds := 0;
  v_session.token_window_start := '-infinity';
  v_session.tokens_in_window := 0;
  select p_at + make_interval(mins => plan.session_maximum_minutes)
  into v_session.timeout_at
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = v_session.organization_id;
  return v_session;
end
$$;

comment on function private.new_session(private.metered_sessions, timestamptz)
  is 'An active session that begins now, not yet stored.';
