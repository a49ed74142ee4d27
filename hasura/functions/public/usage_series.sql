/*
 * Use by day of the last days, today included, in the organization's time zone; a day without use is a
 * row of zero. Of credits also by capability, level, model or member, of meters by member. The 20
 * largest keys are told apart, the rest together is `other`. Of a level, level_amount is what was
 * there at the end of the day, when there is no breakdown.
 *
 * It runs as its owner, for the roll-ups' mark; its rows carry the organization, by which the
 * permissions of usage_points let nobody see another one's.
 */
create function public.usage_series(
  organization_id uuid,
  days integer default 30,
  meter text default 'credits',
  breakdown text default 'none'
)
returns setof public.usage_points
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with span as materialized (
    select today.day - (least(greatest(usage_series.days, 1), 366) - 1) as first_day, today.day
    from private.organization_day(
      usage_series.organization_id, private.current_time_utc()
    ) as today (day)
    where today.day is not null
  ),
  fact as materialized (
    -- A day and key may come twice: they are summed under the names shown.
    select used.day, used.key, used.amount, used.entries
    from span
    cross join lateral private.usage_facts(
      usage_series.organization_id, usage_series.meter, usage_series.breakdown, span.first_day,
      span.day
    ) as used
  ),
  shown as materialized (
    select ranked.key, case when ranked.place <= 20 then ranked.key else 'other' end as name
    from (
      select fact.key, row_number() over (order by sum(fact.amount) desc, fact.key) as place
      from fact
      group by fact.key
    ) as ranked
    union all
    select '', ''
    where usage_series.breakdown = 'none' and not exists (select from fact)
  ),
  summed as (
    select fact.day, shown.name, sum(fact.amount) as amount, sum(fact.entries) as entries
    from fact
    join shown on shown.key = fact.key
    group by 1, 2
  ),
  point as (
    select
      calendar.day::date as day, line.name as key,
      coalesce(summed.amount, 0) as amount,
      coalesce(summed.entries, 0)::bigint as entries
    from span
    cross join lateral generate_series(span.first_day, span.day, interval '1 day')
      as calendar (day)
    cross join (select distinct shown.name from shown) as line
    left join summed on summed.day = calendar.day::date and summed.name = line.name
  ),
  label as (
    select capability.id as key, capability.name
    from public.ai_capabilities as capability
    where usage_series.breakdown = 'capability'
    union all
    select level.id, level.name
    from public.quality_levels as level
    where usage_series.breakdown = 'level'
    union all
    select model.id, model.name
    from public.llm_models as model
    where usage_series.breakdown = 'model'
    union all
    select person.id::text, person.name
    from shown
    join auth.users as person
      on person.id = case
        when usage_series.breakdown = 'member' and shown.name not in ('', 'other')
          then shown.name::uuid
      end
  )
  select
    usage_series.organization_id, usage_series.meter, point.day, usage_series.breakdown,
    nullif(point.key, ''), coalesce(label.name, nullif(point.key, '')),
    case
      when usage_series.breakdown = 'member' and point.key not in ('', 'other')
        then point.key::uuid
    end,
    point.amount,
    case
      when counted.kind = 'level' and usage_series.breakdown = 'none'
        then coalesce(there.used_amount, 0) - coalesce(
          sum(point.amount) over (
            order by point.day desc rows between unbounded preceding and 1 preceding
          ),
          0
        )
    end,
    point.entries
  from point
  left join public.meters as counted on counted.id = usage_series.meter
  left join public.quota_usages as there
    on there.organization_id = usage_series.organization_id
    and there.meter_id = usage_series.meter
    and there.user_id = '00000000-0000-0000-0000-000000000000'
    and there.period = 'none'
  left join label on label.key = point.key
  order by point.day, point.key
$$;

comment on function public.usage_series(uuid, integer, text, text)
  is 'Use by day of credits or a meter, zero where nothing was recorded.';

grant execute on function public.usage_series(uuid, integer, text, text)
  to purser_api, purser_hasura;
