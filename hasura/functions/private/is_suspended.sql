/*
 * Whether work of an organization is refused as subscription_inactive at a moment, as access_rules says
 * it: nothing is sold that could not be used.
 */
create function private.is_suspended(p_subscription public.org_plans, p_at timestamptz)
returns boolean
language sql
immutable
as $$
  select p_subscription.status in ('unpaid', 'paused', 'canceled')
    or coalesce(p_subscription.grace_ends_at <= p_at, false)
$$;

comment on function private.is_suspended(public.org_plans, timestamptz)
  is 'Whether work of an organization is refused because its subscription is not active.';
