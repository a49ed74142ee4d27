/*
 * Makes a purchase what Stripe says it is: paid, under way, failed or expired, refunded, disputed.
 * The one function through which the money of purchases becomes credits and back; it looks at the
 * whole state and not at events, so it may be called in any order, twice and late. The credits are
 * granted once, by the purchase's own row; what is withdrawn is a difference to what was before.
 *
 * p_version is what the caller read before it asked Stripe: if somebody has applied something since,
 * the caller's news may be the older one, and it must ask again (stale). Gate: the balance row.
 *
 * p_state: payment (open, processing, paid, failed, expired), payment_intent_id, charge_id,
 * checkout_session_id, receipt_url, amount_usd, currency, failure_reason, paid_at, refunds and
 * disputes (as record_stripe_refunds and record_stripe_disputes read them); of credits on account,
 * invoice_id: the invoice that collects them, whose refunds and disputes are theirs in proportion.
 *
 * Outcomes: applied, stale, unknown_purchase, amount_mismatch (Stripe has another sum or currency:
 * nothing is granted, somebody must look).
 */
create function private.apply_stripe_purchase(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_version integer,
  p_state jsonb
)
returns table (
  outcome text,
  status text,
  granted_credits numeric,
  withdrawn_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_payment text := p_state ->> 'payment';
  v_purchase public.credit_purchases;
begin
  select purchase.* into v_purchase
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id
  for no key update;
  outcome := case
    when v_purchase.id is null then 'unknown_purchase'
    when v_purchase.version <> p_version then 'stale'
    when v_payment = 'paid' and v_purchase.paid_at is null and (
      (p_state ->> 'amount_usd')::numeric = v_purchase.price_usd
      and p_state ->> 'currency' = v_purchase.currency
    ) is not true then 'amount_mismatch'
    else 'applied'
  end;

  if outcome = 'applied' then
    granted_credits := private.grant_purchase(v_purchase, p_state, v_at);
    withdrawn_credits := private.withdraw_purchase(p_organization_id, p_purchase_id, p_state, v_at);
    update public.credit_purchases as purchase
    set
      status = case
        when purchase.paid_at is null and v_payment not in ('paid', 'open') then v_payment
        else purchase.status
      end,
      failure_reason = case
        when purchase.paid_at is null and v_payment in ('failed', 'expired')
          -- The first reason is the cause; what follows, as that it was canceled, is not.
          then coalesce(purchase.failure_reason, left(p_state ->> 'failure_reason', 500))
      end,
      closed_at = case
        when purchase.paid_at is null and v_payment in ('failed', 'expired')
          then coalesce(purchase.closed_at, v_at)
      end,
      checkout_url = case when v_payment = 'open' then purchase.checkout_url end,
      stripe_checkout_session_id = coalesce(
        purchase.stripe_checkout_session_id, p_state ->> 'checkout_session_id'
      ),
      stripe_payment_intent_id = coalesce(
        p_state ->> 'payment_intent_id', purchase.stripe_payment_intent_id
      ),
      stripe_charge_id = coalesce(p_state ->> 'charge_id', purchase.stripe_charge_id),
      receipt_url = coalesce(p_state ->> 'receipt_url', purchase.receipt_url),
      version = purchase.version + 1,
      checked_at = v_at
    where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id
    returning purchase.status into status;
    -- A card that was declined is not tried again until somebody has looked after it.
    if v_purchase.kind = 'auto_topup' and status = 'failed' and v_purchase.status <> 'failed' then
      update public.billing_settings as setting
      set
        auto_topup_stopped_reason = left(
          coalesce(p_state ->> 'failure_reason', 'The payment failed.'), 500
        ),
        updated_at = v_at
      where setting.organization_id = p_organization_id and setting.auto_topup_enabled;
    end if;
  else
    status := v_purchase.status;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.apply_stripe_purchase(uuid, uuid, integer, jsonb)
  is 'Makes a purchase what Stripe says it is, with its credits.';

grant execute on function private.apply_stripe_purchase(uuid, uuid, integer, jsonb) to purser_api;
