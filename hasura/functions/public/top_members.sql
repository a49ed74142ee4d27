/*
 * Who used most of credits or a meter in the last days, today included, with the share of each; use
 * without a user is a row without one. The permissions of usage_ranks let members see their own row.
 */
create function public.top_members(
  organization_id uuid,
  days integer default 30,
  meter text default 'credits',
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
    top_members.organization_id, top_members.meter, ranked.place::integer, nullif(ranked.key, ''),
    person.name, nullif(ranked.key, '')::uuid, ranked.amount,
    case when ranked.total > 0 then round(ranked.amount / ranked.total, 4) else 0 end,
    ranked.entries::bigint
  from (
    select
      used.key, sum(used.amount) as amount, sum(used.entries) as entries,
      row_number() over (order by sum(used.amount) desc, used.key) as place,
      sum(sum(used.amount)) over () as total
    from private.organization_day(
      top_members.organization_id, private.current_time_utc()
    ) as today (day)
    cross join lateral private.usage_facts(
      top_members.organization_id, top_members.meter, 'member',
      today.day - (least(greatest(top_members.days, 1), 366) - 1), today.day
    ) as used
    group by used.key
  ) as ranked
  left join auth.users as person on person.id = nullif(ranked.key, '')::uuid
  where ranked.place <= least(greatest(top_members.places, 1), 1000)
  order by ranked.place
$$;

comment on function public.top_members(uuid, integer, text, integer)
  is 'Who used most of credits or a meter in the last days.';

grant execute on function public.top_members(uuid, integer, text, integer)
  to purser_api, purser_hasura;
