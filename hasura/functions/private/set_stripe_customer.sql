/*
 * Writes the customer of an organization at Stripe, unless it has one; answers the one it has then.
 * So of all that ask at the same time, all go on with the same. Null: there is no such organization.
 */
create function private.set_stripe_customer(p_organization_id uuid, p_customer_id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id text;
begin
  update public.org_plans as subscription
  set stripe_customer_id = coalesce(subscription.stripe_customer_id, p_customer_id)
  where subscription.organization_id = p_organization_id
  returning subscription.stripe_customer_id into v_customer_id;
  return v_customer_id;
end
$$;

comment on function private.set_stripe_customer(uuid, text)
  is 'Writes the customer of an organization at Stripe, once; answers the one that stands.';

grant execute on function private.set_stripe_customer(uuid, text) to purser_api;
