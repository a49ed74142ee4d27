/*
 * Writes the disputes of a purchase or an invoice as Stripe has them now: an array of
 * {id, payment_intent_id, amount_usd, currency, status, counts, reason, evidence_due_at, created_at}.
 * The caller holds the gate. Returns the sum of those that count.
 */
create function private.record_stripe_disputes(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_id text,
  p_disputes jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.billing_disputes as dispute (
    organization_id, id, purchase_id, invoice_id, stripe_payment_intent_id, amount_usd, currency,
    status, counts, reason, evidence_due_at, created_at, updated_at
  )
  select
    p_organization_id, listed.id, p_purchase_id, p_invoice_id, listed.payment_intent_id,
    listed.amount_usd, listed.currency, listed.status, listed.counts, left(listed.reason, 500),
    listed.evidence_due_at, listed.created_at, p_at
  from jsonb_to_recordset(coalesce(p_disputes, '[]')) as listed (
    id text, payment_intent_id text, amount_usd numeric, currency text, status text,
    counts boolean, reason text, evidence_due_at timestamptz, created_at timestamptz
  )
  on conflict (organization_id, id) do update
    set
      status = excluded.status,
      counts = excluded.counts,
      amount_usd = excluded.amount_usd,
      evidence_due_at = excluded.evidence_due_at,
      updated_at = excluded.updated_at
    where (dispute.status, dispute.counts, dispute.amount_usd, dispute.evidence_due_at)
      is distinct from
        (excluded.status, excluded.counts, excluded.amount_usd, excluded.evidence_due_at);
  return (
    select coalesce(sum(dispute.amount_usd), 0)
    from public.billing_disputes as dispute
    where dispute.organization_id = p_organization_id
      and (dispute.purchase_id = p_purchase_id or dispute.invoice_id = p_invoice_id)
      and dispute.counts
  );
end
$$;

comment on function private.record_stripe_disputes(uuid, uuid, text, jsonb, timestamptz)
  is 'Writes the disputes of a payment as Stripe has them; returns the sum of those that count.';
