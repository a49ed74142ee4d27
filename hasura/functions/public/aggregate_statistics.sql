/*
 * Use of every meter and of credits by all organizations in the last days, for platform admins: the
 * permissions of platform_usage_statistics show it to nobody else. Days are those that the roll-ups
 * have; of credits what has not been folded yet is missing, a minute at most.
 */
create function public.aggregate_statistics(days integer default 30)
returns setof public.platform_usage_statistics
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with span as materialized (
    select
      (moment.at at time zone 'UTC')::date - (least(greatest(aggregate_statistics.days, 1), 366) - 1)
        as first_day,
      -- East of UTC a day begins earlier.
      (moment.at at time zone 'UTC')::date + 1 as last_day,
      moment.at
    from private.current_time_utc() as moment (at)
  ),
  used as materialized (
    -- Counters of whole organizations by day are fewer rows than the roll-up, which is by user.
    select counted.meter_id, counted.organization_id, counted.amount
    from (
      select counter.meter_id, counter.organization_id, sum(counter.used_amount) as amount
      from public.quota_usages as counter
      where counter.period = 'day'
        and counter.user_id = '00000000-0000-0000-0000-000000000000'
        and counter.day between (select span.first_day from span)
          and (select span.last_day from span)
      group by 1, 2
      -- Held only is not used.
      having sum(counter.used_amount) > 0
    ) as counted
    join public.meters as flow on flow.id = counted.meter_id and flow.kind = 'flow'
    union all
    -- A level has no counters by day.
    select daily.meter_id, daily.organization_id, sum(daily.used_amount) as amount
    from public.meters as level
    join public.usage_daily as daily
      on daily.meter_id = level.id
      and daily.day between (select span.first_day from span) and (select span.last_day from span)
    where level.kind = 'level'
    group by 1, 2
    union all
    select 'credits', daily.organization_id, sum(daily.used_credits)
    from public.credit_usage_daily as daily
    where daily.dimension = 'none'
      and daily.day between (select span.first_day from span) and (select span.last_day from span)
    group by 2
  ),
  over_limit as (
    select included.meter_id, count(distinct subscription.organization_id) as organizations
    from span
    cross join public.org_plans as subscription
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id
      and included.scope = 'organization'
      and included.limit_amount is not null
    cross join lateral (
      select counter.used_amount + counter.held_amount as amount, counter.period_end
      from public.quota_usages as counter
      where counter.organization_id = subscription.organization_id
        and counter.meter_id = included.meter_id
        and counter.user_id = '00000000-0000-0000-0000-000000000000'
        and counter.period = included.period
        and counter.period_start <= span.at
      order by counter.period_start desc
      limit 1
    ) as newest
    where newest.period_end > span.at
      and newest.amount > 0
      and newest.amount >= included.limit_amount
    group by included.meter_id
  )
  select
    meter.id, count(used.organization_id), coalesce(sum(used.amount), 0),
    coalesce(round(avg(used.amount), 4), 0),
    coalesce(round(percentile_cont(0.5) within group (order by used.amount::float8)::numeric, 4), 0),
    coalesce(round(percentile_cont(0.95) within group (order by used.amount::float8)::numeric, 4), 0),
    coalesce(max(used.amount), 0),
    coalesce(min(over_limit.organizations), 0)
  from (
    select listed.id from public.meters as listed where listed.is_active
    union all
    select 'credits'
  ) as meter
  left join used on used.meter_id = meter.id
  left join over_limit on over_limit.meter_id = meter.id
  group by meter.id
  order by meter.id
$$;

comment on function public.aggregate_statistics(integer)
  is 'Use of every meter and of credits by all organizations, for platform admins.';

grant execute on function public.aggregate_statistics(integer) to purser_api, purser_hasura;
