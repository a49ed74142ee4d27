/*
 * Limits of which at least the threshold is used or held: of the organization, and of each user where
 * the plan, an override or a cap gives users limits of their own. The fullest first.
 */
create function public.nearing_quota(organization_id uuid, threshold numeric default 0.8)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  ),
  own_limit as (
    select cap.user_id, cap.meter_id
    from public.member_caps as cap
    where cap.organization_id = nearing_quota.organization_id and cap.meter_id <> 'credits'
    union
    select override.user_id, override.meter_id
    from public.quota_overrides as override
    where override.organization_id = nearing_quota.organization_id
      and override.user_id is not null
      and override.removed_at is null
    union
    -- A limit for each user matters to those who have used something of it.
    select counter.user_id, counter.meter_id
    from moment
    cross join public.org_plans as subscription
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id and included.scope = 'user'
    join public.quota_usages as counter
      on counter.organization_id = subscription.organization_id
      and counter.meter_id = included.meter_id
      and counter.period = included.period
      and counter.user_id <> '00000000-0000-0000-0000-000000000000'
      and counter.period_end > moment.at
    where subscription.organization_id = nearing_quota.organization_id
  ),
  position as (
    select shared.*
    from moment
    cross join lateral private.quota_position(
      nearing_quota.organization_id, null, moment.at
    ) as shared
    union all
    select
      nearing_quota.organization_id, meter.id, own_limit.user_id, meter.name, meter.unit,
      meter.kind, 'user', rule.level, rule.period, nullif(rule.period_start, '-infinity'),
      nullif(rule.period_end, 'infinity'), rule.limit_amount, rule.used_amount,
      rule.held_amount, greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0),
      case
        when rule.limit_amount > 0
          then round((rule.used_amount + rule.held_amount) / rule.limit_amount, 4)
        else 1
      end,
      (
        select max(reached.ratio)
        from unnest(rule.warn_ratios) as reached (ratio)
        where rule.used_amount + rule.held_amount
          >= greatest(reached.ratio * rule.limit_amount, 0.0001)
      ),
      rule.is_hard, rule.source
    from moment
    cross join own_limit
    join public.meters as meter on meter.id = own_limit.meter_id and meter.is_active
    cross join lateral private.quota_state(
      nearing_quota.organization_id, own_limit.user_id, own_limit.meter_id, moment.at
    ) as rule
    where rule.scope_user_id = own_limit.user_id and rule.limit_amount is not null
  )
  select position.*
  from position
  where position.utilization >= nearing_quota.threshold
    -- What a plan does not include is no quota that anybody nears.
    and position.limit_amount > 0
  order by position.utilization desc, position.meter_id, position.user_id
  limit 1000
$$;

comment on function public.nearing_quota(uuid, numeric)
  is 'Limits of the organization and of its users of which at least the threshold is used.';

grant execute on function public.nearing_quota(uuid, numeric) to purser_api, purser_hasura;
