/*
 * When the billing period or the day of a moment ends, in the organization's time zone: what is used
 * before and after it is counted apart.
 */
create function private.session_boundary(p_organization_id uuid, p_at timestamptz)
returns timestamptz
language sql
stable
as $$
  select least(month.period_end, today.period_end)
  from public.org_plans as subscription
  cross join lateral private.quota_period(
    'month', 'session_minutes', p_at, subscription
  ) as month
  cross join lateral private.quota_period(
    'day', 'session_minutes', p_at, subscription
  ) as today
  where subscription.organization_id = p_organization_id
$$;

comment on function private.session_boundary(uuid, timestamptz)
  is 'When the billing period or the day of a moment ends.';
