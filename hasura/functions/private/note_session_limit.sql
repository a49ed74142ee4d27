/*
 * Keeps the plan and the limit of a user's period as they were at the last move, so that they can be
 * told when the period is over. Writes only what has changed. The caller holds the gate.
 */
create function private.note_session_limit(
  p_session private.metered_sessions,
  p_limit_minutes numeric,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.usage_periods as period
  set plan_id = subscription.plan_id, limit_minutes = p_limit_minutes
  from public.org_plans as subscription
  where period.organization_id = p_session.organization_id
    and period.user_id = p_session.user_id
    and period.period_start <= p_at
    and period.period_end > p_at
    and subscription.organization_id = p_session.organization_id
    -- Not what was over when this period began early.
    and period.period_start >= subscription.period_start
    and (period.plan_id, period.limit_minutes)
      is distinct from (subscription.plan_id, p_limit_minutes)
$$;

comment on function private.note_session_limit(private.metered_sessions, numeric, timestamptz)
  is 'Keeps the plan and the limit of a user''s period as of the last move.';
