/*
 * Whether a request would be allowed right now, what it would cost and which model would serve it;
 * if not, why and which plan would allow it. One statement, no side effect: the rules are those of
 * reserve_credits (access_rules, limits_refusal), which asks them again under the lock.
 *
 * reason: null when allowed, else an outcome of reserve_credits that denies.
 */
create function private.check_ai_access(
  p_organization_id uuid,
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric
)
returns table (
  allowed boolean,
  reason text,
  capability_id text,
  quality_level_id text,
  model_id text,
  estimated_credits numeric,
  available_credits numeric,
  required_credits numeric,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer,
  rate_limits jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  )
  select
    verdict.reason is null,
    verdict.reason,
    p_capability_id,
    rule.quality_level_id,
    rule.model_id,
    coalesce(rule.estimated_credits, 0),
    coalesce(position.available_credits, 0),
    rule.amount_credits,
    private.allowed_quality_levels(rule.plan_id, p_capability_id),
    case
      when verdict.reason = 'quality_level_not_allowed'
        then private.unlocking_plan(p_capability_id, rule.quality_level_id)
      when verdict.reason in ('capability_not_in_plan', 'capability_disabled')
        then private.unlocking_plan(p_capability_id, p_quality_level_id)
    end,
    case
      when verdict.reason = 'rate_limited' then private.retry_after_seconds(
        p_organization_id, p_capability_id, rule.minute_limit, rule.hour_limit, rule.day_limit,
        0, moment.at
      )
    end,
    case
      when coalesce(rule.minute_limit, rule.hour_limit, rule.day_limit) is null then '[]'
      else private.rate_limit_windows(
        p_organization_id, p_capability_id, rule.minute_limit, rule.hour_limit, rule.day_limit,
        moment.at
      )
    end
  from moment
  cross join lateral private.access_rules(
    array[p_organization_id], array[p_user_id], array[p_capability_id],
    array[p_quality_level_id], array[p_amount_credits], moment.at
  ) as rule
  left join lateral private.credit_position(p_organization_id, moment.at) as position on true
  cross join lateral (
    select coalesce(
      rule.refusal,
      private.limits_refusal(
        rule.minute_limit, rule.minute_used, rule.hour_limit, rule.hour_used,
        rule.day_limit, rule.day_used, rule.amount_credits, position.available_credits
      )
    ) as reason
  ) as verdict
$$;

comment on function private.check_ai_access(uuid, uuid, text, text, numeric)
  is 'Whether a request would be allowed, at what cost, by which model; else why not.';

grant execute on function private.check_ai_access(uuid, uuid, text, text, numeric) to purser_api;
