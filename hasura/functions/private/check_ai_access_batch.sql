/*
 * Whether requests would be allowed right now, what they would cost and which model would serve them;
 * if not, why and which plan would allow it. One row an item, in no order. Reads only: the rules are
 * those of reserve_credits (access_rules, limits_refusal), which asks them again under the lock.
 * The items know nothing of each other: each is answered as if it came alone.
 *
 * reason: null when allowed, else an outcome of reserve_credits that denies.
 */
create function private.check_ai_access_batch(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[]
)
returns table (
  item integer,
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
set enable_seqscan = off
set enable_bitmapscan = off
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  )
  select
    rule.item,
    verdict.reason is null,
    verdict.reason,
    rule.capability_id,
    rule.quality_level_id,
    rule.model_id,
    coalesce(rule.estimated_credits, 0),
    coalesce(position.available_credits, 0),
    rule.amount_credits,
    rule.allowed_quality_levels,
    case
      when verdict.reason = 'quality_level_not_allowed'
        then private.unlocking_plan(rule.capability_id, rule.quality_level_id)
      when verdict.reason in ('capability_not_in_plan', 'capability_disabled')
        then private.unlocking_plan(rule.capability_id, p_quality_level_ids[rule.item])
    end,
    case
      when verdict.reason = 'rate_limited' then private.seconds_until_reset(limits.windows, moment.at)
    end,
    limits.windows
  from moment
  cross join lateral private.access_rules(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
    moment.at
  ) as rule
  left join lateral (
    select found.available_credits
    from private.credit_position(rule.organization_id, moment.at) as found
    -- Here and below: without it the planner writes what is computed into each place that uses it.
    offset 0
  ) as position on true
  cross join lateral (
    select coalesce(
      rule.refusal,
      private.limits_refusal(
        rule.minute_limit, rule.minute_used, rule.hour_limit, rule.hour_used,
        rule.day_limit, rule.day_used, rule.amount_credits,
        -- Functions with a plan of their own, each start of which costs more than all of the rest.
        case
          when rule.amount_credits > position.available_credits then private.credits_within_reach(
            rule.organization_id, rule.amount_credits, position.available_credits
          )
          else position.available_credits
        end
      ),
      case
        when rule.has_member_caps then private.credit_cap_refusal(
          rule.organization_id, rule.user_id, rule.amount_credits, moment.at
        )
      end
    ) as reason
    offset 0
  ) as verdict
  cross join lateral (
    select case
      when coalesce(rule.minute_limit, rule.hour_limit, rule.day_limit) is null then '[]'
      else private.rate_limit_windows(
        rule.minute_limit, rule.minute_used, rule.hour_limit, rule.hour_used,
        rule.day_limit, rule.day_used, rule.request_times, moment.at
      )
    end as windows
    offset 0
  ) as limits
$$;

comment on function private.check_ai_access_batch(uuid[], uuid[], text[], text[], numeric[])
  is 'Whether requests would be allowed, at what cost, by which model; else why not.';

grant execute on function private.check_ai_access_batch(uuid[], uuid[], text[], text[], numeric[])
  to purser_api;
