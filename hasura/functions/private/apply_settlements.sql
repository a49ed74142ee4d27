/*
 * Decides and writes a batch of settlements and answers all items. The caller holds the gate.
 * For most organizations every cost is within its hold and no reservation comes twice: then order
 * does not matter. For the others decide_settlements() goes through their items one after the other.
 */
create function private.apply_settlements(
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
as $$
#variable_conflict use_column
declare
  v_plain private.settlement_candidate[];
  v_odd private.settlement_candidate[];
begin
  select
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where judged.is_plain),
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where not judged.is_plain)
  into v_plain, v_odd
  from (
    select
      alone.*,
      bool_and(alone.is_alone_plain) over (partition by alone.organization_id) as is_plain
    from (
      select
        candidate,
        candidate.organization_id,
        candidate.item,
        count(*) over (partition by candidate.organization_id, candidate.reservation_id) = 1
        and (
          candidate.outcome is not null
          or (
            candidate.status = 'reserved' and candidate.actual_credits <= candidate.held_credits
          )
        ) as is_alone_plain
      from private.settlement_candidates(
        p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
        p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
        p_at
      ) as candidate
    ) as alone
  ) as judged;

  return query
  select *
  from private.store_settlements(
    v_plain || private.decide_settlements(v_odd), p_models, p_input_tokens, p_cached_input_tokens,
    p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources, p_outputs, p_at
  );
end
$$;

comment on function private.apply_settlements(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  timestamptz
) is 'Decides and writes a batch of settlements and answers all items.';
