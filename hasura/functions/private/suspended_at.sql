/*
 * From when on work of an organization is refused as subscription_inactive, as known at a moment: that
 * moment when its subscription is unpaid, paused or canceled, the end of its grace if that is known,
 * which may have passed or be to come; else infinity.
 */
create function private.suspended_at(p_organization_id uuid, p_at timestamptz)
returns timestamptz
language sql
stable
as $$
  select coalesce(
    least(
      subscription.grace_ends_at,
      case when private.is_suspended(subscription, p_at) then p_at end
    ),
    'infinity'
  )
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id
$$;

comment on function private.suspended_at(uuid, timestamptz)
  is 'From when on work of an organization is refused because its subscription is not active.';
