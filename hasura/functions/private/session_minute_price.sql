/*
 * What a minute of a live session costs an organization beyond the minutes of its plan, or null when
 * it cannot buy any: the plan sells none, the organization did not allow it, or it does not pay.
 */
create function private.session_minute_price(p_organization_id uuid, p_at timestamptz)
returns numeric
language sql
stable
as $$
  select plan.session_minute_price_credits
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  join public.session_settings as setting
    on setting.organization_id = subscription.organization_id
  where subscription.organization_id = p_organization_id
    and not private.is_suspended(subscription, p_at)
    and setting.buy_minutes_with_credits
$$;

comment on function private.session_minute_price(uuid, timestamptz)
  is 'Price of a minute beyond the plan, in credits; null when none can be bought.';
