/*
 * A session with what is left of the minutes of its user, as its actions answer it: none, bound by
 * `subscription`, while that is not active. The caller has moved it to p_at and holds the gate.
 */
create function private.session_answer(
  p_outcome text,
  p_session private.metered_sessions,
  p_at timestamptz
)
returns private.session_answer
language sql
stable
as $$
  select row(
    p_outcome, p_session.id, p_session.user_id, p_session.topic, p_session.difficulty,
    p_session.status, p_session.end_reason, p_session.started_at, p_session.last_heartbeat_at,
    p_session.ended_at, p_session.used_seconds, p_session.bought_seconds,
    p_session.charged_credits, p_session.lease_expires_at,
    case when p_session.status = 'active' then nullif(p_session.limit_at, 'infinity') end,
    case when seen.is_suspended then 0 else space.included_seconds end,
    private.session_minute_price(p_session.organization_id, p_at),
    coalesce(period.used_seconds, 0), month.period_start, month.period_end,
    case when seen.is_suspended then 'subscription' else space.bound_by end,
    space.limit_minutes, space.used_minutes, nullif(space.resets_at, 'infinity'),
    null, null, null, null
  )::private.session_answer
  from public.org_plans as subscription
  cross join lateral (
    select
      case
        when p_session.status = 'active' then least(p_session.last_heartbeat_at, p_at) else p_at
      end as at,
      private.is_suspended(subscription, p_at) as is_suspended
  ) as seen
  cross join lateral private.quota_period(
    'month', 'session_minutes', seen.at, subscription
  ) as month
  cross join lateral private.session_minutes_left(
    p_session.organization_id, p_session.user_id, seen.at
  ) as space
  left join public.usage_periods as period
    on period.organization_id = p_session.organization_id
    and period.user_id = p_session.user_id
    and period.period_start = month.period_start
  where subscription.organization_id = p_session.organization_id
$$;

comment on function private.session_answer(text, private.metered_sessions, timestamptz)
  is 'A session with what is left of the minutes of its user.';
