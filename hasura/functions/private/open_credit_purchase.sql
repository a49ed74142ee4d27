/*
 * Begins the purchase of a package by a person: the row stands before Stripe is asked for a payment
 * page, so that no payment can come for a purchase that nobody knows. Gate: the balance row. Replay:
 * the same key and request answers the same purchase. One whose page could not be opened, or that
 * was left by a crash until its page would close too soon, is tried anew as another attempt, which
 * is another key at Stripe; all callers of one attempt get the same page.
 *
 * Outcomes: opened (ask Stripe for the page of this attempt), replayed (it has its page, or has
 * ended), idempotency_conflict, topup_not_allowed (unlocked_by_plan says which plan would),
 * subscription_inactive, unknown_package (also one no longer offered), rate_limited (too many open
 * purchases), unknown_organization, invalid_key.
 */
create function private.open_credit_purchase(
  p_organization_id uuid,
  p_package_id text,
  p_return_path text,
  p_user_id uuid,
  p_actor jsonb,
  p_idempotency_key text
)
returns table (outcome text, purchase public.credit_purchases, unlocked_by_plan text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_open_purchases constant integer := 20;
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_page_until timestamptz := v_at + interval '1 hour';
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(e'\x1f', 'checkout', p_package_id, coalesce(p_return_path, '')), 'UTF8'
  ));
  v_subscription public.org_plans;
  v_plan public.plans;
  v_package public.credit_topup_packages;
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.* into v_plan from public.plans as plan where plan.id = v_subscription.plan_id;
  select package.* into v_package
  from public.credit_topup_packages as package
  where package.id = p_package_id and package.is_active;
  select existing.* into purchase
  from public.credit_purchases as existing
  where existing.organization_id = p_organization_id
    and existing.idempotency_key = p_idempotency_key
  for no key update;

  outcome := case
    when v_plan.id is null then 'unknown_organization'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when purchase.id is not null and purchase.request_fingerprint <> v_fingerprint
      then 'idempotency_conflict'
    when purchase.stripe_checkout_session_id is not null
      or purchase.status not in ('open', 'failed') then 'replayed'
    when not v_plan.topup_allowed then 'topup_not_allowed'
    when private.is_suspended(v_subscription, v_at) then 'subscription_inactive'
    when v_package.id is null then 'unknown_package'
    when purchase.id is null and (
      select count(*)
      from public.credit_purchases as waiting
      where waiting.organization_id = p_organization_id
        and waiting.status = 'open'
        and waiting.expires_at > v_at
    ) >= c_open_purchases then 'rate_limited'
    else 'opened'
  end;

  if outcome = 'opened' and purchase.id is null then
    insert into public.credit_purchases as opened (
      organization_id, kind, package_id, credits, price_usd, requested_by_user_id, actor,
      idempotency_key, request_fingerprint, created_at, expires_at
    )
    values (
      p_organization_id, 'checkout', v_package.id, v_package.credits, v_package.price_usd,
      p_user_id, p_actor, p_idempotency_key, v_fingerprint, v_at, v_page_until
    )
    returning opened.* into purchase;
  -- Stripe's pages stay open for half an hour at least.
  elsif outcome = 'opened'
    and (purchase.status = 'failed' or purchase.expires_at < v_at + interval '35 minutes')
  then
    update public.credit_purchases as reopened
    set
      status = 'open',
      failure_reason = null,
      closed_at = null,
      checkout_attempts = reopened.checkout_attempts + 1,
      version = reopened.version + 1,
      expires_at = v_page_until
    where reopened.organization_id = p_organization_id and reopened.id = purchase.id
    returning reopened.* into purchase;
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

comment on function private.open_credit_purchase(uuid, text, text, uuid, jsonb, text)
  is 'Begins the purchase of a package, before Stripe is asked for its payment page.';

grant execute on function private.open_credit_purchase(uuid, text, text, uuid, jsonb, text)
  to purser_api;
