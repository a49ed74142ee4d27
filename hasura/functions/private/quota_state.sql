/*
 * The limits of quota_limits with what counts against each of them now, and the ceiling above which
 * it refuses: null for what never refuses. Reads only; under the gate it is what decides, without it
 * what a check shows.
 *
 * Ceiling of a hard limit: the limit and its burst. With a grace period also that only from the first
 * use beyond the limit until the period is over, and without a burst there is none meanwhile.
 */
create function private.quota_state(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_at timestamptz
)
returns table (
  level text,
  period text,
  scope_user_id uuid,
  limit_amount numeric,
  is_hard boolean,
  burst_amount numeric,
  grace_period_seconds integer,
  grace_ends_at timestamptz,
  warn_ratios numeric[],
  ceiling_amount numeric,
  used_amount numeric,
  held_amount numeric,
  period_start timestamptz,
  period_end timestamptz,
  day date,
  source jsonb
)
language sql
stable
as $$
  select
    rule.level, rule.period, rule.scope_user_id, rule.limit_amount, rule.is_hard,
    rule.burst_amount, rule.grace_period_seconds, grace.ends_at, rule.warn_ratios,
    case
      when not rule.is_hard then null
      when rule.grace_period_seconds = 0 then rule.limit_amount + rule.burst_amount
      when grace.ends_at <= p_at then rule.limit_amount
      when rule.burst_amount > 0 then rule.limit_amount + rule.burst_amount
    end,
    coalesce(counter.used_amount, 0),
    coalesce(counter.held_amount, 0),
    rule.period_start, rule.period_end, rule.day, rule.source
  from private.quota_limits(p_organization_id, p_user_id, p_meter_id, p_at) as rule
  left join public.quota_usages as counter
    on counter.organization_id = p_organization_id
    and counter.meter_id = p_meter_id
    and counter.user_id = rule.scope_user_id
    and counter.period = rule.period
    and counter.period_start = rule.period_start
  cross join lateral (
    select counter.over_limit_at + make_interval(secs => rule.grace_period_seconds) as ends_at
  ) as grace
$$;

comment on function private.quota_state(uuid, uuid, text, timestamptz)
  is 'The limits of a meter with what is used, held, and where each begins to refuse.';
