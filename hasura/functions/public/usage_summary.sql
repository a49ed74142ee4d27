/*
 * What the whole organization has used of every meter and of credits, with limit and utilization. What
 * has no record is zero. The permissions of quota_positions let nobody see another organization's.
 */
create function public.usage_summary(organization_id uuid)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select position.*
  from private.quota_position(
    usage_summary.organization_id, null, private.current_time_utc()
  ) as position
  order by position.meter_id <> 'credits', position.meter_id
$$;

comment on function public.usage_summary(uuid)
  is 'What the organization has used of every meter and of credits, with limit and utilization.';

grant execute on function public.usage_summary(uuid) to purser_api, purser_hasura;
