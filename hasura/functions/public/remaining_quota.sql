/*
 * What a member has left of every meter: the closest of all limits that bind him, those that the
 * organization shares and his own. Only for members of the organization. The permissions of
 * quota_positions let members see their own rows.
 */
create function public.remaining_quota(organization_id uuid, user_id uuid)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select position.*
  from auth.members as member
  cross join lateral private.quota_position(
    member.organization_id, member.user_id, private.current_time_utc()
  ) as position
  where member.organization_id = remaining_quota.organization_id
    and member.user_id = remaining_quota.user_id
  order by position.meter_id <> 'credits', position.meter_id
$$;

comment on function public.remaining_quota(uuid, uuid)
  is 'What a member has left of every meter: the closest of all limits that bind.';

grant execute on function public.remaining_quota(uuid, uuid) to purser_api, purser_hasura;
