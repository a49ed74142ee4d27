/*
 * Any batch of settle_credits, one row an item in the order of the items. The caller holds the gate.
 */
create function private.settle_in_turn(
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
  p_at timestamptz
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
set search_path = pg_catalog, pg_temp
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
#variable_conflict use_column
begin
  if not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= p_at
  ) then
    return query
    select * from private.apply_settlements(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
      p_outputs, p_at
    );
    return;
  end if;

  -- An expired grant is kept only for open holds: as each one ends, what it needed no longer counts.
  for v_index in 1 .. cardinality(p_organization_ids) loop
    select done.*
    into
      item, outcome, reservation_id, status, charged_credits, released_credits, shortfall_credits,
      available_credits, transaction_ids, replayed
    from private.apply_settlements(
      p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
      p_amounts_credits[v_index : v_index], p_models[v_index : v_index],
      p_input_tokens[v_index : v_index], p_cached_input_tokens[v_index : v_index],
      p_output_tokens[v_index : v_index], p_reasoning_tokens[v_index : v_index],
      p_request_ids[v_index : v_index], p_usage_sources[v_index : v_index],
      p_outputs[v_index : v_index], p_at
    ) as done;
    item := v_index;
    available_credits := private.expire_kept_grants(p_organization_ids[v_index], p_at);
    return next;
  end loop;
end
$$;

comment on function private.settle_in_turn(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  timestamptz
) is 'Charges any batch; while an expired grant is kept for holds, item by item.';
