/*
 * The credits of a purchase as a grant, with what is known about the payment in the ledger. The key
 * of the grant is the purchase's: a second grant for it would break its uniqueness. The caller holds
 * the gate.
 */
create function private.add_purchase_grant(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz,
  out grant_id uuid,
  out transaction_id uuid
)
language sql
volatile
as $$
  select added.grant_id, added.transaction_id
  from private.add_grant(
    p_purchase.organization_id, 'topup', 'topup_purchase', p_purchase.credits, 50, 'infinity',
    coalesce(p_purchase.actor, '{"kind": "stripe"}'),
    format(
      case p_purchase.kind
        when 'checkout' then '%s credits bought'
        when 'auto_topup' then '%s credits bought automatically'
        else '%s credits on account'
      end,
      rtrim(to_char(p_purchase.credits, 'FM999,999,999,990.99'), '.')
    ),
    'credit_purchase ' || p_purchase.id,
    sha256(convert_to('credit_purchase ' || p_purchase.id, 'UTF8')), p_at,
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
  ) as added
$$;

comment on function private.add_purchase_grant(public.credit_purchases, jsonb, timestamptz)
  is 'The credits of a purchase as a grant, with the payment in the ledger.';
