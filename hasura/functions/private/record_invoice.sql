/*
 * Writes an invoice as the payment provider told it just now. A paid or void invoice never goes back
 * to open: that was told before. Returns whether the organization exists. No gate: no credits move.
 */
create function private.record_invoice(p_organization_id uuid, p_invoice jsonb)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.billing_invoices as known (
    organization_id, id, stripe_subscription_id, number, status, billing_reason, amount_due_usd,
    amount_paid_usd, currency, period_start, period_end, hosted_invoice_url, invoice_pdf_url,
    payment_problem, next_payment_attempt_at, created_at, paid_at, updated_at
  )
  select
    organization.id, told.id, told.stripe_subscription_id, told.number, told.status,
    told.billing_reason, told.amount_due_usd, told.amount_paid_usd, told.currency,
    told.period_start, told.period_end, told.hosted_invoice_url, told.invoice_pdf_url,
    left(told.payment_problem, 500), told.next_payment_attempt_at, told.created_at, told.paid_at,
    private.current_time_utc()
  from auth.organizations as organization
  cross join jsonb_to_record(p_invoice) as told (
    id text, stripe_subscription_id text, number text, status text, billing_reason text,
    amount_due_usd numeric, amount_paid_usd numeric, currency text, period_start timestamptz,
    period_end timestamptz, hosted_invoice_url text, invoice_pdf_url text, payment_problem text,
    next_payment_attempt_at timestamptz, created_at timestamptz, paid_at timestamptz
  )
  where organization.id = p_organization_id
  on conflict (organization_id, id) do update
  set
    number = excluded.number,
    status = excluded.status,
    amount_due_usd = excluded.amount_due_usd,
    amount_paid_usd = excluded.amount_paid_usd,
    hosted_invoice_url = excluded.hosted_invoice_url,
    invoice_pdf_url = excluded.invoice_pdf_url,
    payment_problem = excluded.payment_problem,
    next_payment_attempt_at = excluded.next_payment_attempt_at,
    paid_at = excluded.paid_at,
    updated_at = excluded.updated_at
  where not (known.status in ('paid', 'void') and excluded.status in ('draft', 'open'));
  select exists (
    select from auth.organizations as organization where organization.id = p_organization_id
  )
$$;

comment on function private.record_invoice(uuid, jsonb)
  is 'Writes an invoice as the payment provider told it.';

grant execute on function private.record_invoice(uuid, jsonb) to purser_api;
