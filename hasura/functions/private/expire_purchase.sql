/*
 * Ends a purchase whose payment page was never opened, as after a crash: nobody can pay it. Gate: the
 * balance row. Answers whether it was so.
 */
create function private.expire_purchase(p_organization_id uuid, p_purchase_id uuid)
returns boolean
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
    status = 'expired',
    failure_reason = 'The payment page was never opened.',
    closed_at = v_at,
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.kind = 'checkout'
    and purchase.status = 'open'
    and purchase.stripe_checkout_session_id is null
    and purchase.expires_at < v_at;
  return found;
end
$$;

comment on function private.expire_purchase(uuid, uuid)
  is 'Ends a purchase whose payment page was never opened.';

grant execute on function private.expire_purchase(uuid, uuid) to purser_api;
