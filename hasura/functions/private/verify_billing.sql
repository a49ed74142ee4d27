/*
 * Proves that the ledger has what was bought, of one organization or all: rows like those of
 * verify_ledger, of which it is a part. purchase_equals_ledger: the credits of a purchase, less what
 * refunds and disputes withdrew, are what the ledger has under its id. invoice_line_equals_ledger: what a
 * paid invoice line gave is in the row of the ledger that it names. invoice_withdrawal_equals_ledger: so is
 * what refunds and disputes of an invoice withdrew.
 */
create function private.verify_billing(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with bought as (
    select
      purchase.organization_id,
      purchase.id,
      case when purchase.grant_id is null then 0
        else purchase.credits - purchase.withdrawn_credits
      end as credits
    from public.credit_purchases as purchase
    where p_organization_id is null or purchase.organization_id = p_organization_id
  ),
  recorded as (
    select
      entry.organization_id,
      (entry.payment_metadata ->> 'purchase_id')::uuid as purchase_id,
      sum(entry.amount_credits) as credits
    from public.credit_transactions as entry
    where (p_organization_id is null or entry.organization_id = p_organization_id)
      and entry.payment_metadata ->> 'purchase_id' is not null
    group by 1, 2
  )
  select
    coalesce(bought.organization_id, recorded.organization_id), 'purchase_equals_ledger',
    coalesce(bought.credits, 0), coalesce(recorded.credits, 0),
    jsonb_build_object('purchase_id', coalesce(bought.id, recorded.purchase_id))
  from bought
  full join recorded
    on recorded.organization_id = bought.organization_id and recorded.purchase_id = bought.id
  where coalesce(bought.credits, 0) <> coalesce(recorded.credits, 0)
  union all
  select
    line.organization_id, 'invoice_line_equals_ledger', greatest(line.granted_credits, 0),
    coalesce(entry.amount_credits, 0), jsonb_build_object('invoice_line_id', line.id)
  from public.billing_invoice_lines as line
  left join public.credit_transactions as entry
    on entry.organization_id = line.organization_id and entry.id = line.transaction_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and greatest(line.granted_credits, 0) <> coalesce(entry.amount_credits, 0)
  union all
  select
    coalesce(invoice.organization_id, recorded.organization_id), 'invoice_withdrawal_equals_ledger',
    coalesce(invoice.withdrawn_credits, 0), coalesce(recorded.credits, 0),
    jsonb_build_object('invoice_id', coalesce(invoice.id, recorded.invoice_id))
  from (
    select known.organization_id, known.id, known.withdrawn_credits
    from public.billing_invoices as known
    where p_organization_id is null or known.organization_id = p_organization_id
  ) as invoice
  full join (
    select
      entry.organization_id,
      entry.payment_metadata ->> 'invoice_id' as invoice_id,
      -sum(entry.amount_credits) as credits
    from public.credit_transactions as entry
    where (p_organization_id is null or entry.organization_id = p_organization_id)
      and entry.type = 'admin_adjustment'
      and entry.payment_metadata ->> 'invoice_id' is not null
    group by 1, 2
  ) as recorded
    on recorded.organization_id = invoice.organization_id and recorded.invoice_id = invoice.id
  where coalesce(invoice.withdrawn_credits, 0) <> coalesce(recorded.credits, 0)
$$;

comment on function private.verify_billing(uuid)
  is 'Every purchase that the ledger does not have as it should; part of verify_ledger.';
