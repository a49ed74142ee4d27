/*
 * The rows of the ledger by which a reservation was charged, one for each grant drawn from. The first
 * has the id of the reservation, the others follow it at once, for they were written under one gate:
 * so no index of reservations is needed, which every charge would have to write.
 */
create function private.charge_transactions(p_reservation_id uuid)
returns setof public.credit_transactions
language sql
stable
rows 1
as $$
  select part.*
  from public.credit_transactions as first
  join public.credit_transactions as part
    on part.organization_id = first.organization_id
    and part.sequence >= first.sequence
    and part.sequence < coalesce(
      (
        select next.sequence
        from public.credit_transactions as next
        where next.organization_id = first.organization_id
          and next.sequence > first.sequence
          and next.reservation_id is distinct from first.reservation_id
        order by next.sequence
        limit 1
      ),
      9223372036854775807
    )
  where first.id = p_reservation_id
$$;

comment on function private.charge_transactions(uuid)
  is 'The rows of the ledger by which a reservation was charged.';
