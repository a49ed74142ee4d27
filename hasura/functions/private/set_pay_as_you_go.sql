/*
 * Whether an organization gets credits on account when none are left, and how many in a period. A
 * limit that is null keeps what was set before. Gate: the balance row. Outcomes: saved, incomplete
 * (no limit was ever given), pay_as_you_go_not_allowed (unlocked_by_plan), no_subscription (there
 * is no invoice that it could be on), invalid_amount, unknown_organization.
 */
create function private.set_pay_as_you_go(
  p_organization_id uuid,
  p_enabled boolean,
  p_limit_credits numeric,
  p_user_id uuid
)
returns table (outcome text, unlocked_by_plan text, setting public.billing_settings)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_subscription public.org_plans;
  v_is_allowed boolean;
  v_limit_credits numeric := coalesce(
    p_limit_credits,
    (
      select before.pay_as_you_go_limit_credits
      from public.billing_settings as before
      where before.organization_id = p_organization_id
    )
  );
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.pay_as_you_go_allowed into v_is_allowed
  from public.plans as plan
  where plan.id = v_subscription.plan_id;
  outcome := case
    when v_is_allowed is null then 'unknown_organization'
    when p_enabled and not v_is_allowed then 'pay_as_you_go_not_allowed'
    when p_enabled and v_subscription.stripe_subscription_id is null then 'no_subscription'
    when p_limit_credits is not null
      and (private.is_amount(p_limit_credits) and p_limit_credits > 0) is not true
      then 'invalid_amount'
    when p_enabled and v_limit_credits is null then 'incomplete'
    else 'saved'
  end;

  if outcome = 'saved' then
    insert into public.billing_settings as kept (
      organization_id, pay_as_you_go_enabled, pay_as_you_go_limit_credits, updated_by_user_id,
      updated_at
    )
    values (p_organization_id, p_enabled, v_limit_credits, p_user_id, v_at)
    on conflict (organization_id) do update
      set
        pay_as_you_go_enabled = excluded.pay_as_you_go_enabled,
        pay_as_you_go_limit_credits = excluded.pay_as_you_go_limit_credits,
        updated_by_user_id = excluded.updated_by_user_id,
        updated_at = excluded.updated_at
    returning kept.* into setting;
  elsif outcome = 'pay_as_you_go_not_allowed' then
    select plan.id into unlocked_by_plan
    from public.plans as plan
    where plan.pay_as_you_go_allowed and plan.is_active
    order by plan.rank
    limit 1;
  end if;
  return next;
end
$$;

comment on function private.set_pay_as_you_go(uuid, boolean, numeric, uuid)
  is 'Whether an organization gets credits on account, and how many in a period.';

grant execute on function private.set_pay_as_you_go(uuid, boolean, numeric, uuid) to purser_api;
