/*
 * What went back of the money for a purchase, and of which sum: refunds and disputes of its own payment,
 * which are written as p_state has them; or, for credits on account, those of the invoice that collected
 * them, of which they share what went back in proportion. The caller holds the gate.
 */
create function private.money_back_of_purchase(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz,
  out refunded_usd numeric,
  out disputed_usd numeric,
  out gone_usd numeric,
  out paid_usd numeric
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice public.billing_invoices;
begin
  if p_purchase.kind = 'pay_as_you_go' then
    select invoice.* into v_invoice
    from public.billing_invoices as invoice
    where invoice.organization_id = p_purchase.organization_id
      and invoice.id = p_purchase.stripe_invoice_id
      and invoice.amount_paid_usd > 0;
    gone_usd := coalesce(v_invoice.refunded_usd + v_invoice.disputed_usd, 0);
    paid_usd := coalesce(v_invoice.amount_paid_usd, p_purchase.price_usd);
    refunded_usd := round(
      p_purchase.price_usd * least(coalesce(v_invoice.refunded_usd, 0) / paid_usd, 1), 2
    );
    disputed_usd := round(
      p_purchase.price_usd * least(coalesce(v_invoice.disputed_usd, 0) / paid_usd, 1), 2
    );
  else
    refunded_usd := private.record_stripe_refunds(
      p_purchase.organization_id, p_purchase.id, null, p_state -> 'refunds', p_at
    );
    disputed_usd := private.record_stripe_disputes(
      p_purchase.organization_id, p_purchase.id, null, p_state -> 'disputes', p_at
    );
    gone_usd := refunded_usd + disputed_usd;
    paid_usd := p_purchase.price_usd;
  end if;
end
$$;

comment on function private.money_back_of_purchase(public.credit_purchases, jsonb, timestamptz)
  is 'What went back of the money for a purchase, of its own payment or of the invoice that collected it.';
