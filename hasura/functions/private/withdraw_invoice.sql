/*
 * Writes what was given back of an invoice and withdraws its credits: those that its lines gave
 * (withdraw_invoice_credits) and those on account that it collected (withdraw_purchase). p_state
 * is {refunds, disputes} as the payment provider has them now; p_revision is what the organization's
 * subscription_revision was before the provider was asked. If somebody has applied something since, the
 * caller's news may be the older one, and it must ask again (null). Gate: the balance row. Returns what
 * was withdrawn now, negative for given again.
 */
create function private.withdraw_invoice(
  p_organization_id uuid,
  p_invoice_id text,
  p_revision bigint,
  p_state jsonb
)
returns numeric
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_refunded_usd numeric;
  v_disputed_usd numeric;
  v_moved_credits numeric;
  v_purchase_id uuid;
begin
  update public.org_plans as subscription
  set subscription_revision = subscription.subscription_revision + 1
  where subscription.organization_id = p_organization_id
    and subscription.subscription_revision = p_revision;
  if not found then
    return null;
  end if;
  v_refunded_usd := private.record_stripe_refunds(
    p_organization_id, null, p_invoice_id, p_state -> 'refunds', v_at
  );
  v_disputed_usd := private.record_stripe_disputes(
    p_organization_id, null, p_invoice_id, p_state -> 'disputes', v_at
  );
  update public.billing_invoices as invoice
  set refunded_usd = v_refunded_usd, disputed_usd = v_disputed_usd
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  v_moved_credits := private.withdraw_invoice_credits(p_organization_id, p_invoice_id, v_at);
  for v_purchase_id in
    select purchase.id
    from public.credit_purchases as purchase
    where purchase.organization_id = p_organization_id
      and purchase.stripe_invoice_id = p_invoice_id
    order by purchase.id desc
  loop
    v_moved_credits := v_moved_credits
      + private.withdraw_purchase(p_organization_id, v_purchase_id, '{}', v_at);
  end loop;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_invoice(uuid, text, bigint, jsonb)
  is 'Writes refunds and disputes of an invoice, and withdraws or gives again what they ask for.';

grant execute on function private.withdraw_invoice(uuid, text, bigint, jsonb) to purser_api;
