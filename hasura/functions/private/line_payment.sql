/* The payment behind an invoice line, for the ledger's payment_metadata. */
create function private.line_payment(p_line public.billing_invoice_lines)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object(
    'invoice_id', p_line.invoice_id,
    'invoice_line_id', p_line.id,
    'subscription_id', p_line.stripe_subscription_id,
    'amount_usd', p_line.amount_usd
  )
$$;

comment on function private.line_payment(public.billing_invoice_lines)
  is 'The payment behind an invoice line, for the ledger.';
