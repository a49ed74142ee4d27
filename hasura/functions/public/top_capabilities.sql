/* What most credits were used for in the last days, today included, with the share of each. */
create function public.top_capabilities(
  organization_id uuid,
  days integer default 30,
  places integer default 10
)
returns setof public.usage_ranks
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  select
    top_capabilities.organization_id, 'credits', ranked.place::integer, nullif(ranked.key, ''),
    capability.name, null::uuid, ranked.amount,
    case when ranked.total > 0 then round(ranked.amount / ranked.total, 4) else 0 end,
    ranked.entries::bigint
  from (
    select
      used.key, sum(used.amount) as amount, sum(used.entries) as entries,
      row_number() over (order by sum(used.amount) desc, used.key) as place,
      sum(sum(used.amount)) over () as total
    from private.organization_day(
      top_capabilities.organization_id, private.current_time_utc()
    ) as today (day)
    cross join lateral private.usage_facts(
      top_capabilities.organization_id, 'credits', 'capability',
      today.day - (least(greatest(top_capabilities.days, 1), 366) - 1), today.day
    ) as used
    group by used.key
  ) as ranked
  left join public.ai_capabilities as capability on capability.id = ranked.key
  where ranked.place <= least(greatest(top_capabilities.places, 1), 1000)
  order by ranked.place
$$;

comment on function public.top_capabilities(uuid, integer, integer)
  is 'What most credits were used for in the last days.';

grant execute on function public.top_capabilities(uuid, integer, integer)
  to purser_api, purser_hasura;
