/*
 * How many credits an organization could still get on account in its period, null when it gets none:
 * `refusal` says why (off, not_allowed: the plan, no subscription or one that ends, so that no invoice
 * will come, or it is not paid, because what is owed comes first). Reads only; grant_on_account asks it again under the gate.
 */
create function private.credits_on_account(
  p_organization_id uuid,
  out refusal text,
  out left_credits numeric,
  out credit_price_usd numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case
      when setting.pay_as_you_go_enabled is not true then 'off'
      when not plan.pay_as_you_go_allowed
        or subscription.stripe_subscription_id is null
        or subscription.status <> 'active'
        or (subscription.pending_change_at is not null and subscription.pending_plan_id is null)
        or exists (
          select
          from public.credit_purchases as owed
          where owed.organization_id = p_organization_id
            and owed.kind = 'pay_as_you_go'
            and (
              owed.status = 'failed'
              -- Its invoice should have come: that of an earlier subscription never does.
              or (
                owed.status = 'processing'
                and owed.created_at < subscription.period_start - interval '3 days'
              )
            )
        ) then 'not_allowed'
    end,
    setting.pay_as_you_go_limit_credits - coalesce(
      (
        select sum(given.credits)
        from public.credit_purchases as given
        where given.organization_id = p_organization_id
          and given.kind = 'pay_as_you_go'
          and given.created_at >= subscription.period_start
      ),
      0
    ),
    plan.pay_as_you_go_credit_price_usd
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  left join public.billing_settings as setting
    on setting.organization_id = subscription.organization_id
  where subscription.organization_id = p_organization_id
$$;

comment on function private.credits_on_account(uuid)
  is 'How many credits an organization could still get on account in its period, and at what price.';
