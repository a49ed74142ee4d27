/*
 * settle_credits with what was really used of the meters that were held, one row an item in the order
 * of the items. p_quotas is an array of {meter, amount} for each item; a line that is not told is
 * booked as it was held, one of 0 is given back. More than was held is booked as well: it was used.
 *
 * Gate and replay as in settle_credits: the same cost with other amounts is idempotency_conflict.
 * Outcomes: those of settle_credits, and invalid_quotas: a meter that was not held, comes twice, or
 * has an amount that is none; nothing is settled then.
 */
create function private.settle_credits_with_quotas(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[],
  p_quotas jsonb[]
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
  v_told text;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids), cardinality(p_quotas)
  );
  v_at := private.lock_balances(p_organization_ids);

  for v_index in 1 .. v_items loop
    v_told := private.tell_quotas(
      p_organization_ids[v_index], p_reservation_ids[v_index], p_quotas[v_index]
    );
    if v_told in ('told', 'unknown') then
      select done.*
      into
        item, outcome, reservation_id, status, charged_credits, released_credits,
        shortfall_credits, available_credits, transaction_ids, replayed
      from private.settle_credits(
        p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
        p_amounts_credits[v_index : v_index], p_models[v_index : v_index],
        p_input_tokens[v_index : v_index], p_cached_input_tokens[v_index : v_index],
        p_output_tokens[v_index : v_index], p_reasoning_tokens[v_index : v_index],
        p_request_ids[v_index : v_index], p_usage_sources[v_index : v_index],
        p_outputs[v_index : v_index]
      ) as done;
      if outcome not in ('settled', 'replayed') then
        update public.quota_holds as line
        set actual_amount = null
        where line.organization_id = p_organization_ids[v_index]
          and line.reservation_id = p_reservation_ids[v_index]
          and line.status <> 'booked';
      end if;
    else
      outcome := v_told;
      reservation_id := p_reservation_ids[v_index];
      status := (
        select hold.status
        from public.credit_reservations as hold
        where hold.organization_id = p_organization_ids[v_index] and hold.id = reservation_id
      );
      charged_credits := null;
      released_credits := null;
      shortfall_credits := null;
      transaction_ids := '{}';
      replayed := false;
    end if;
    item := v_index;
    return next;
  end loop;
end
$$;

comment on function private.settle_credits_with_quotas(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  jsonb[]
) is 'Charges work and books what it used of the meters that were held.';

grant execute on function private.settle_credits_with_quotas(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  jsonb[]
) to purser_api;
