/*
 * Computed field transactions of credit_reservations: its charge, one row for each grant drawn from,
 * and what of it was given back.
 */
create function public.credit_reservations_transactions(p_reservation public.credit_reservations)
returns setof public.credit_transactions
language sql
stable
rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select charge.* from private.charge_transactions(p_reservation.id) as charge
  union all
  select refund.*
  from public.credit_refunds as given
  join public.credit_transactions as refund on refund.id = given.refund_transaction_id
  where given.organization_id = p_reservation.organization_id
    and given.transaction_id in (
      select charge.id from private.charge_transactions(p_reservation.id) as charge
    )
$$;

comment on function public.credit_reservations_transactions(public.credit_reservations)
  is 'The charge of the reservation in the ledger, and what of it was given back.';

grant execute on function public.credit_reservations_transactions(public.credit_reservations)
  to purser_api, purser_hasura;
