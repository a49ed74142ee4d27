/*
 * Writes the refunds of a purchase or an invoice as Stripe has them now: an array of
 * {id, payment_intent_id, amount_usd, currency, status, counts, reason, created_at}. The
 * caller holds the gate. Returns the sum of those that count.
 */
create function private.record_stripe_refunds(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_id text,
  p_refunds jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.billing_refunds as refund (
    organization_id, id, purchase_id, invoice_id, stripe_payment_intent_id, amount_usd, currency,
    status, counts, reason, created_at, updated_at
  )
  select
    p_organization_id, listed.id, p_purchase_id, p_invoice_id, listed.payment_intent_id,
    listed.amount_usd, listed.currency, listed.status, listed.counts, left(listed.reason, 500),
    listed.created_at, p_at
  from jsonb_to_recordset(coalesce(p_refunds, '[]')) as listed (
    id text, payment_intent_id text, amount_usd numeric, currency text, status text,
    counts boolean, reason text, created_at timestamptz
  )
  on conflict (organization_id, id) do update
    set
      status = excluded.status,
      counts = excluded.counts,
      amount_usd = excluded.amount_usd,
      updated_at = excluded.updated_at
    where (refund.status, refund.counts, refund.amount_usd)
      is distinct from (excluded.status, excluded.counts, excluded.amount_usd);
  return (
    select coalesce(sum(refund.amount_usd), 0)
    from public.billing_refunds as refund
    where refund.organization_id = p_organization_id
      and (refund.purchase_id = p_purchase_id or refund.invoice_id = p_invoice_id)
      and refund.counts
  );
end
$$;

comment on function private.record_stripe_refunds(uuid, uuid, text, jsonb, timestamptz)
  is 'Writes the refunds of a payment as Stripe has them; returns the sum of those that count.';
