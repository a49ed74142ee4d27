/*
 * Gives the credits of a purchase that Stripe says is paid, once: the row of the purchase carries
 * its grant. What was given on account before is only marked as paid, by the invoice that collected it.
 * The caller holds the gate. Returns what was granted now.
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
  v_grant_id uuid := p_purchase.grant_id;
  v_transaction_id uuid := p_purchase.transaction_id;
begin
  if p_state ->> 'payment' is distinct from 'paid' or p_purchase.paid_at is not null then
    return 0;
  end if;
  if v_grant_id is null then
    select added.grant_id, added.transaction_id into strict v_grant_id, v_transaction_id
    from private.add_purchase_grant(p_purchase, p_state, p_at) as added;
  end if;
  update public.credit_purchases as purchase
  set
    grant_id = v_grant_id,
    transaction_id = v_transaction_id,
    stripe_invoice_id = p_state ->> 'invoice_id',
    paid_at = coalesce((p_state ->> 'paid_at')::timestamptz, p_at)
  where purchase.organization_id = p_purchase.organization_id and purchase.id = p_purchase.id;
  return case when p_purchase.grant_id is null then p_purchase.credits else 0 end;
end
$$;

comment on function private.grant_purchase(public.credit_purchases, jsonb, timestamptz)
  is 'Gives the credits of a paid purchase, once.';
