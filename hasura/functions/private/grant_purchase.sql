/*
 * Gives the credits of a purchase that Stripe says is paid, once: the row of the purchase carries
 * its grant. What was given on account before is only marked as paid. The caller holds the gate.
 * Returns what was granted now.
 */
create function private.grant_purchase(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text := 'credit_purchase ' || p_purchase.id;
  v_grant record;
begin
  if p_state ->> 'payment' is distinct from 'paid' or p_purchase.paid_at is not null then
    return 0;
  end if;
  if p_purchase.grant_id is null then
    select added.grant_id, added.transaction_id into strict v_grant
    from private.add_grant(
      p_purchase.organization_id, 'topup', 'topup_purchase', p_purchase.credits, 50, 'infinity',
      coalesce(p_purchase.actor, '{"kind": "stripe"}'),
      format('%s credits bought', trim_scale(p_purchase.credits)), v_key,
      sha256(convert_to(v_key, 'UTF8')), p_at,
      jsonb_strip_nulls(jsonb_build_object(
        'purchase_id', p_purchase.id,
        'kind', p_purchase.kind,
        'package_id', p_purchase.package_id,
        'amount_usd', p_purchase.price_usd,
        'currency', p_purchase.currency,
        'checkout_session_id', coalesce(
          p_purchase.stripe_checkout_session_id, p_state ->> 'checkout_session_id'
        ),
        'payment_intent_id', p_state ->> 'payment_intent_id',
        'charge_id', p_state ->> 'charge_id'
      ))
    ) as added;
  end if;
  update public.credit_purchases as purchase
  set
    grant_id = coalesce(purchase.grant_id, v_grant.grant_id),
    transaction_id = coalesce(purchase.transaction_id, v_grant.transaction_id),
    paid_at = coalesce((p_state ->> 'paid_at')::timestamptz, p_at)
  where purchase.organization_id = p_purchase.organization_id and purchase.id = p_purchase.id;
  return case when p_purchase.grant_id is null then p_purchase.credits else 0 end;
end
$$;

comment on function private.grant_purchase(public.credit_purchases, jsonb, timestamptz)
  is 'Gives the credits of a paid purchase, once.';
