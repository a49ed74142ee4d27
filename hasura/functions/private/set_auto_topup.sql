/*
 * When an organization buys credits with its saved card. What is null keeps what was set before;
 * switching on clears the reason of a stop. Gate: the balance row. Outcomes: saved, incomplete
 * (`field` says what was never given), unknown_package, topup_not_allowed (unlocked_by_plan),
 * invalid_amount, no_payment_method (none is saved), unknown_organization.
 */
create function private.set_auto_topup(
  p_organization_id uuid,
  p_enabled boolean,
  p_threshold_credits numeric,
  p_package_id text,
  p_monthly_limit integer,
  p_user_id uuid
)
returns table (
  outcome text,
  field text,
  unlocked_by_plan text,
  setting public.billing_settings
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_before public.billing_settings;
  v_is_allowed boolean;
begin
  select before.* into v_before
  from public.billing_settings as before
  where before.organization_id = p_organization_id;
  select plan.topup_allowed into v_is_allowed
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  field := case
    when not p_enabled then null
    when coalesce(p_threshold_credits, v_before.auto_topup_threshold_credits) is null
      then 'threshold_credits'
    when coalesce(p_package_id, v_before.auto_topup_package_id) is null then 'package_id'
  end;
  outcome := case
    when v_is_allowed is null then 'unknown_organization'
    when p_enabled and not v_is_allowed then 'topup_not_allowed'
    when p_threshold_credits is not null
      and (private.is_amount(p_threshold_credits) and p_threshold_credits >= 0) is not true
      then 'invalid_amount'
    when field is not null then 'incomplete'
    when p_package_id is not null and not exists (
      select
      from public.credit_topup_packages as package
      where package.id = p_package_id and package.is_active
    ) then 'unknown_package'
    when p_enabled and v_before.stripe_payment_method_id is null then 'no_payment_method'
    else 'saved'
  end;

  if outcome = 'saved' then
    insert into public.billing_settings as kept (
      organization_id, auto_topup_enabled, auto_topup_threshold_credits, auto_topup_package_id,
      auto_topup_monthly_limit, updated_by_user_id, updated_at
    )
    values (
      p_organization_id,
      p_enabled,
      coalesce(p_threshold_credits, v_before.auto_topup_threshold_credits),
      coalesce(p_package_id, v_before.auto_topup_package_id),
      coalesce(p_monthly_limit, v_before.auto_topup_monthly_limit, 3),
      p_user_id,
      v_at
    )
    on conflict (organization_id) do update
      set
        auto_topup_enabled = excluded.auto_topup_enabled,
        auto_topup_threshold_credits = excluded.auto_topup_threshold_credits,
        auto_topup_package_id = excluded.auto_topup_package_id,
        auto_topup_monthly_limit = excluded.auto_topup_monthly_limit,
        auto_topup_stopped_reason = case
          when not p_enabled then kept.auto_topup_stopped_reason
        end,
        updated_by_user_id = excluded.updated_by_user_id,
        updated_at = excluded.updated_at
    returning kept.* into setting;
  elsif outcome = 'topup_not_allowed' then
    select plan.id into unlocked_by_plan
    from public.plans as plan
    where plan.topup_allowed and plan.is_active
    order by plan.rank
    limit 1;
  end if;
  return next;
end
$$;

comment on function private.set_auto_topup(uuid, boolean, numeric, text, integer, uuid)
  is 'When an organization buys credits with its saved card, and how often at most.';

grant execute on function private.set_auto_topup(uuid, boolean, numeric, text, integer, uuid)
  to purser_api;
