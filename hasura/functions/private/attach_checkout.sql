/*
 * Writes the payment page of an attempt to its purchase, or, p_session_id null, that the page could
 * not be opened: then the purchase has failed, and the same request may try anew. Compare-and-set on
 * the attempt. Answers the purchase as it stands, whoever was first; no row: there is none.
 */
create function private.attach_checkout(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_attempt integer,
  p_session_id text,
  p_url text,
  p_failure_reason text
)
returns setof public.credit_purchases
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
begin
  update public.credit_purchases as purchase
  set
    stripe_checkout_session_id = p_session_id,
    checkout_url = p_url,
    status = case when p_session_id is null then 'failed' else purchase.status end,
    failure_reason = left(p_failure_reason, 500),
    closed_at = case when p_session_id is null then v_at end,
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.checkout_attempts = p_attempt
    and purchase.status = 'open'
    and purchase.stripe_checkout_session_id is null;
  return query
  select purchase.*
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
end
$$;

comment on function private.attach_checkout(uuid, uuid, integer, text, text, text)
  is 'Writes the payment page of a purchase, or that it could not be opened.';

grant execute on function private.attach_checkout(uuid, uuid, integer, text, text, text)
  to purser_api;
