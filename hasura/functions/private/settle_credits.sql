/*
 * Charges the actual cost of work and ends its reservation, one row an item in the order of the
 * items; the result is the one of the same calls made one after the other. The cost is an amount, or
 * a usage report that is priced by the row in force when the credits were reserved. A report is the
 * model, by our id or the provider's, and its tokens; cached ones and reasoning may be null. Its source
 * is 'counted' where the provider did not report, else null.
 *
 * Gate: the balance rows (lock_balances), under which the holds and their charges are read.
 * The usual batch is judged and written by one statement: every cost is within its hold, no
 * reservation comes twice, and each organization pays all of it from the grant that is next in
 * burn-down order without emptying it. Any other batch writes nothing there: settle_in_turn has it.
 * The settings are explained in reserve_credits.
 * A charge has the id of its reservation: the ledger itself refuses a second one. Within the hold it
 * is also all that is written of the end; what costs nothing has no such row and is written to the
 * hold, as is the end of one that counts against a cap or has lines of meters.
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
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
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
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids),
    cardinality(p_amounts_credits), cardinality(p_models), cardinality(p_input_tokens),
    cardinality(p_cached_input_tokens), cardinality(p_output_tokens),
    cardinality(p_reasoning_tokens), cardinality(p_request_ids), cardinality(p_usage_sources),
    cardinality(p_outputs)
  );
  v_at := private.lock_balances(p_organization_ids);

  return query
  with charge as materialized (
    select
      candidate.item, candidate.organization_id, candidate.reservation_id, candidate.hold_place,
      candidate.status, candidate.held_credits, candidate.actual_credits, candidate.model_id,
      candidate.price_id, candidate.cost_usd,
      candidate.is_told_to_hold or candidate.actual_credits = 0 as is_told_to_hold,
      candidate.account_place, candidate.posted_credits, candidate.available_credits,
      candidate.next_grant_place, candidate.next_grant_id, candidate.next_grant_source,
      candidate.next_grant_credits, candidate.outcome,
      sum(candidate.actual_credits) over line as total_credits,
      sum(candidate.held_credits) over line as freed_credits
    from private.settlement_candidates(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources, v_at
    ) as candidate
    window line as (
      partition by candidate.organization_id order by candidate.item rows unbounded preceding
    )
  ),
  verdict as materialized (
    select
      bool_and(
        charge.outcome is null
        and charge.status = 'reserved'
        and charge.actual_credits <= charge.held_credits
        and coalesce(charge.total_credits < charge.next_grant_credits, false)
      )
      and (
        select count(*) = count(distinct told.id) from unnest(p_reservation_ids) as told (id)
      ) as is_plain
    from charge
  ),
  used as materialized (
    select
      charge.account_place,
      charge.next_grant_place,
      charge.next_grant_source,
      max(charge.total_credits) as charged_credits,
      max(charge.freed_credits) as freed_credits
    from charge
    where (select verdict.is_plain from verdict)
    group by charge.account_place, charge.next_grant_place, charge.next_grant_source
  ),
  drawn as (
    update public.credit_grants as lot
    set remaining_credits = lot.remaining_credits - used.charged_credits
    from used
    where lot.ctid = used.next_grant_place
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        - case when used.next_grant_source = 'plan' then used.charged_credits else 0 end,
      bonus_credits = balance.bonus_credits
        - case when used.next_grant_source = 'plan' then 0 else used.charged_credits end,
      reserved_credits = balance.reserved_credits - used.freed_credits,
      used_credits = balance.used_credits + used.charged_credits
    from used
    where balance.ctid = used.account_place
  ),
  closed as (
    update private.credit_holds as hold
    set
      ended_as = 'settled',
      charged_credits = charge.actual_credits,
      released_credits = charge.held_credits - charge.actual_credits,
      shortfall_credits = 0,
      settlement_fingerprint = private.settlement_fingerprint(
        p_amounts_credits[charge.item], p_models[charge.item], p_input_tokens[charge.item],
        p_cached_input_tokens[charge.item], p_output_tokens[charge.item],
        p_reasoning_tokens[charge.item], p_request_ids[charge.item], p_usage_sources[charge.item]
      ),
      closed_at = v_at
    from charge
    where hold.ctid = charge.hold_place
      and charge.is_told_to_hold
      and (select verdict.is_plain from verdict)
  ),
  recorded as (
    insert into public.credit_transactions (
      id, organization_id, type, amount_credits, balance_after_credits, grant_id, reservation_id,
      capability_id, quality_level_id, model_id, user_id, actor, context,
      reported_model, request_id, usage_source, cost_usd,
      input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
      price_id, estimated_credits, actual_credits, event_at
    )
    select
      charge.reservation_id, charge.organization_id, 'ai_consumption', -charge.actual_credits,
      charge.posted_credits - charge.total_credits, charge.next_grant_id, charge.reservation_id,
      hold.capability_id, hold.quality_level_id, charge.model_id, hold.user_id, hold.actor,
      hold.context,
      p_models[charge.item], p_request_ids[charge.item], p_usage_sources[charge.item],
      charge.cost_usd,
      p_input_tokens[charge.item], p_cached_input_tokens[charge.item],
      p_output_tokens[charge.item], p_reasoning_tokens[charge.item],
      charge.price_id, charge.held_credits, charge.actual_credits, v_at
    from charge
    join private.credit_holds as hold on hold.ctid = charge.hold_place
    where charge.actual_credits > 0 and (select verdict.is_plain from verdict)
  ),
  kept as (
    insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
    select charge.organization_id, charge.reservation_id, p_outputs[charge.item], v_at
    from charge
    where (select verdict.is_plain from verdict)
      and nullif(p_outputs[charge.item], 'null') is not null
  )
  select
    charge.item,
    'settled',
    charge.reservation_id,
    'settled',
    charge.actual_credits,
    charge.held_credits - charge.actual_credits,
    0.00,
    charge.available_credits + charge.freed_credits - charge.total_credits,
    case when charge.actual_credits > 0 then array[charge.reservation_id] else '{}' end,
    false
  from charge
  where (select verdict.is_plain from verdict)
  order by charge.item;
  if not found and v_items > 0 then
    return query
    select *
    from private.settle_in_turn(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
      p_outputs, v_at
    );
  end if;
end
$$;

comment on function private.settle_credits(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[]
) is 'Charges the actual cost of AI work; arrays in, one outcome row an item in order.';

grant execute on function private.settle_credits(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[]
) to purser_api;
