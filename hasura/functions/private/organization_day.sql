/* The day of a moment in the time zone of an organization; null when there is no such one. */
create function private.organization_day(p_organization_id uuid, p_at timestamptz)
returns date
language sql
stable
as $$
  select (p_at at time zone subscription.time_zone)::date
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id
$$;

comment on function private.organization_day(uuid, timestamptz)
  is 'The day of a moment in the time zone of an organization.';
