/*
 * What was used of a meter, or of credits, or of all when none is named, in the current billing period
 * and the ones before it; zero where nothing was recorded. Earlier periods are those that the anchor
 * day makes; what counted in a part of one, as after a change of the plan, counts in it. Credits are
 * those of the days of the period.
 */
create function public.usage_by_period(
  organization_id uuid,
  periods integer default 6,
  meter text default null
)
returns setof public.usage_period_totals
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with recursive subscription as materialized (
    select subscribed as row, current.period_start, current.period_end, subscribed.anchor_day,
      subscribed.time_zone
    from public.org_plans as subscribed
    cross join lateral private.quota_period(
      'month', '', private.current_time_utc(), subscribed
    ) as current
    where subscribed.organization_id = usage_by_period.organization_id
  ),
  span as (
    select 1 as place, subscription.period_start, subscription.period_end
    from subscription
    union all
    select
      span.place + 1,
      private.period_start_before(
        span.period_start - interval '1 microsecond', subscription.anchor_day,
        subscription.time_zone
      ),
      span.period_start
    from span
    cross join subscription
    where span.place < least(greatest(usage_by_period.periods, 1), 36)
  ),
  counted as (
    select counter.meter_id, counter.period_start, counter.used_amount
    from public.quota_usages as counter
    where counter.organization_id = usage_by_period.organization_id
      and counter.user_id = '00000000-0000-0000-0000-000000000000'
      and counter.period = 'month'
      and (usage_by_period.meter is null or counter.meter_id = usage_by_period.meter)
  ),
  charged as materialized (
    select used.day, sum(used.amount) as amount
    from (
      select min(span.period_start) as first_at, max(span.period_end) as last_at from span
    ) as whole
    cross join subscription
    cross join lateral private.usage_facts(
      usage_by_period.organization_id, 'credits', 'none',
      (whole.first_at at time zone subscription.time_zone)::date,
      (whole.last_at at time zone subscription.time_zone)::date
    ) as used
    where coalesce(usage_by_period.meter, 'credits') = 'credits'
    group by used.day
  )
  select
    usage_by_period.organization_id, meter.id, span.period_start, span.period_end, span.place = 1,
    coalesce(
      case
        when meter.id = 'credits' then (
          select sum(charged.amount)
          from charged
          where charged.day >= (span.period_start at time zone subscription.time_zone)::date
            and charged.day < (span.period_end at time zone subscription.time_zone)::date
        )
        else (
          select sum(counted.used_amount)
          from counted
          where counted.meter_id = meter.id
            and counted.period_start >= span.period_start
            and counted.period_start < span.period_end
        )
      end,
      0
    )
  from subscription
  cross join span
  cross join (
    select listed.id from public.meters as listed where listed.is_active and listed.kind = 'flow'
    union all
    select 'credits'
  ) as meter
  where usage_by_period.meter is null or meter.id = usage_by_period.meter
  order by meter.id, span.period_start desc
$$;

comment on function public.usage_by_period(uuid, integer, text)
  is 'What was used in the current billing period and the ones before it.';

grant execute on function public.usage_by_period(uuid, integer, text) to purser_api, purser_hasura;
