/* For how long the credits that a member may spend now would pay at a price a minute. */
create function private.buyable_session_time(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz,
  p_minute_price_credits numeric
)
returns interval
language sql
stable
as $$
  select make_interval(secs => floor(
    private.credits_for_sessions(p_organization_id, p_user_id, p_at) * 60 / p_minute_price_credits
  )::double precision)
$$;

comment on function private.buyable_session_time(uuid, uuid, timestamptz, numeric)
  is 'How much time of sessions the credits of a member would pay for.';
