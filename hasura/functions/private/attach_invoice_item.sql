/*
 * Writes the invoice item by which credits on account will be paid, once. Answers the one that
 * stands; null: there is no such purchase.
 */
create function private.attach_invoice_item(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_item_id text
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice_item_id text;
begin
  perform private.lock_balances(array[p_organization_id]);
  update public.credit_purchases as purchase
  set
    stripe_invoice_item_id = coalesce(purchase.stripe_invoice_item_id, p_invoice_item_id),
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.kind = 'pay_as_you_go'
  returning purchase.stripe_invoice_item_id into v_invoice_item_id;
  return v_invoice_item_id;
end
$$;

comment on function private.attach_invoice_item(uuid, uuid, text)
  is 'Writes the invoice item of credits on account, once.';

grant execute on function private.attach_invoice_item(uuid, uuid, text) to purser_api;
