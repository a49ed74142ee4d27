/*
 * Begins an automatic purchase when one is due: the row stands before Stripe is asked to charge the
 * card, and its id is the key at Stripe, so that whoever goes on after a crash charges no second
 * time. At most one at a time, one in two minutes, and so many in a calendar month of the
 * organization as it wished. Gate: the balance row.
 *
 * Outcomes: claimed, off (or stopped), enough, in_flight, cooldown, monthly_limit, topup_not_allowed
 * (also while the subscription is not active), no_payment_method.
 */
create function private.claim_auto_topup(p_organization_id uuid)
returns table (outcome text, purchase_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_cooldown constant interval := '2 minutes';
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_available_credits numeric := private.expire_kept_grants(p_organization_id, v_at);
  v_setting public.billing_settings;
  v_subscription public.org_plans;
  v_package public.credit_topup_packages;
  v_key text := 'auto_topup ' || uuidv7();
begin
  select setting.* into v_setting
  from public.billing_settings as setting
  where setting.organization_id = p_organization_id;
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select package.* into v_package
  from public.credit_topup_packages as package
  where package.id = v_setting.auto_topup_package_id and package.is_active;

  outcome := case
    when v_setting.auto_topup_enabled is not true
      or v_setting.auto_topup_stopped_reason is not null
      or v_package.id is null then 'off'
    when v_available_credits >= v_setting.auto_topup_threshold_credits then 'enough'
    when exists (
      select
      from public.credit_purchases as running
      where running.organization_id = p_organization_id
        and running.kind = 'auto_topup'
        and running.status = 'processing'
    ) then 'in_flight'
    when v_setting.auto_topup_last_at > v_at - c_cooldown then 'cooldown'
    when private.is_suspended(v_subscription, v_at) or not (
      select plan.topup_allowed from public.plans as plan where plan.id = v_subscription.plan_id
    ) then 'topup_not_allowed'
    when v_setting.stripe_payment_method_id is null
      or v_subscription.stripe_customer_id is null then 'no_payment_method'
    when (
      select count(*)
      from public.credit_purchases as made
      where made.organization_id = p_organization_id
        and made.kind = 'auto_topup'
        and made.status <> 'failed'
        and made.created_at >= date_trunc('month', v_at at time zone v_subscription.time_zone)
          at time zone v_subscription.time_zone
    ) >= v_setting.auto_topup_monthly_limit then 'monthly_limit'
    else 'claimed'
  end;

  if outcome = 'claimed' then
    insert into public.credit_purchases as claimed (
      organization_id, kind, package_id, credits, price_usd, status, actor, idempotency_key,
      request_fingerprint, created_at
    )
    values (
      p_organization_id, 'auto_topup', v_package.id, v_package.credits, v_package.price_usd,
      'processing', '{"kind": "auto_topup"}', v_key, sha256(convert_to(v_key, 'UTF8')), v_at
    )
    returning claimed.id into purchase_id;
    update public.billing_settings as setting
    set auto_topup_last_at = v_at
    where setting.organization_id = p_organization_id;
  end if;
  return next;
end
$$;

comment on function private.claim_auto_topup(uuid)
  is 'Begins an automatic purchase when one is due, before the card is charged.';

grant execute on function private.claim_auto_topup(uuid) to purser_api;
