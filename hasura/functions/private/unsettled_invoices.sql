/*
 * Job: payments of invoices that should be compared with Stripe one by one, those first that were
 * touched longest ago: with a refund or a dispute which is not decided, and those of whose invoice more
 * could be withdrawn than was, as after a hold has ended.
 */
create function private.unsettled_invoices(p_limit integer)
returns table (invoice_id text, payment_intent_id text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with money_back as (
    select
      refund.organization_id, refund.invoice_id, refund.stripe_payment_intent_id,
      refund.status in ('pending', 'requires_action') as is_undecided
    from public.billing_refunds as refund
    where refund.invoice_id is not null
    union all
    select
      dispute.organization_id, dispute.invoice_id, dispute.stripe_payment_intent_id,
      dispute.status not in ('won', 'lost', 'warning_closed', 'prevented')
    from public.billing_disputes as dispute
    where dispute.invoice_id is not null
  )
  select invoice.id, money_back.stripe_payment_intent_id
  from money_back
  join public.billing_invoices as invoice
    on invoice.organization_id = money_back.organization_id
    and invoice.id = money_back.invoice_id
  join public.org_plans as subscription on subscription.organization_id = invoice.organization_id
  join public.plans as plan on plan.id = subscription.plan_id
  where money_back.stripe_payment_intent_id is not null
    and (
      money_back.is_undecided
      or invoice.unrecovered_credits > 0 and (
        (invoice.refunded_usd > 0 and plan.refund_policy = 'debt')
        or (invoice.disputed_usd > 0 and plan.dispute_policy = 'debt')
        or exists (
          select
          from public.billing_invoice_lines as line
          join public.credit_grants as lot
            on lot.organization_id = line.organization_id
            and lot.transaction_id = line.transaction_id
          where line.organization_id = invoice.organization_id
            and line.invoice_id = invoice.id
            and lot.remaining_credits > 0
            -- What is kept for a hold has expired.
            and lot.expires_at > private.current_time_utc()
        )
      )
    )
  group by invoice.id, money_back.stripe_payment_intent_id, invoice.updated_at
  order by invoice.updated_at, invoice.id
  limit p_limit
$$;

comment on function private.unsettled_invoices(integer)
  is 'Job: payments of invoices to compare with Stripe one by one.';

grant execute on function private.unsettled_invoices(integer) to purser_api;
