/*
 * Charges the actual cost of work and ends its reservation, one row an item in the order of the
 * items; the result is the one of the same calls made one after the other. The cost is an amount, or
 * a usage report that is priced by the row in force when the credits were reserved.
 *
 * Gate: the balance rows (lock_balances), then a compare-and-set on the reservation's status.
 * It never fails for lack of credits: above the hold it takes what is available, then the overdraft
 * as debt, and records the rest as shortfall. After an expiry it still charges, without the hold.
 * Replay: the same cost again answers the first settlement; another cost is idempotency_conflict.
 * The output is kept for operation_result, so that a repeated request needs no second model call.
 *
 * Outcomes: settled, replayed, idempotency_conflict, reservation_not_found (also another
 * organization's), reservation_not_open (released), invalid_amount, unknown_model.
 * SQLSTATEs: LG001, LG002.
 */
create function private.settle_credits(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_usages jsonb[],
  p_outputs jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids),
    cardinality(p_amounts_credits), cardinality(p_usages), cardinality(p_outputs)
  );
  v_at := private.lock_balances(p_organization_ids);

  return query
  select *
  from private.settle_plain(
    p_organization_ids, p_reservation_ids, p_amounts_credits, p_usages, p_outputs, v_at
  );
  if found then
    return;
  end if;

  if not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= v_at
  ) then
    return query
    select * from private.apply_settlements(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_usages, p_outputs, v_at
    );
    return;
  end if;

  -- An expired grant is kept only for open holds: as each one ends, what it needed no longer counts.
  for v_index in 1 .. v_items loop
    select done.*
    into
      item, outcome, reservation_id, status, charged_credits, released_credits, shortfall_credits,
      available_credits, transaction_ids, replayed
    from private.apply_settlements(
      p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
      p_amounts_credits[v_index : v_index], p_usages[v_index : v_index],
      p_outputs[v_index : v_index], v_at
    ) as done;
    item := v_index;
    available_credits := private.expire_kept_grants(p_organization_ids[v_index], v_at);
    return next;
  end loop;
end
$$;

comment on function private.settle_credits(uuid[], uuid[], numeric[], jsonb[], jsonb[])
  is 'Charges the actual cost of AI work; arrays in, one outcome row an item in order.';

grant execute on function private.settle_credits(uuid[], uuid[], numeric[], jsonb[], jsonb[])
  to purser_api;
