/*
 * Writes the settlements that were decided and answers all items. Charges of an organization lie
 * one after the other on a line, its grants in burn-down order on another: where a charge and a
 * grant overlap is a ledger row, and what lies beyond the last grant is debt. The caller holds the
 * gate; an outcome of null is a cost within its hold.
 */
create function private.store_settlements(
  p_candidates private.settlement_candidate[],
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
language sql
volatile
as $$
  with decided as materialized (
    select
      candidate.*,
      coalesce(candidate.outcome, 'settled') as decision,
      -- A boolean, as the planner takes an equality for rare and would join everything in loops.
      coalesce(candidate.outcome, 'settled') = 'settled' as is_settled,
      case
        when candidate.outcome is null then candidate.actual_credits
        else candidate.charged_credits
      end as charge_credits,
      case
        when candidate.outcome is null then candidate.held_credits - candidate.actual_credits
        else candidate.released_credits
      end as release_credits,
      coalesce(candidate.shortfall_credits, 0.00) as short_credits
    from unnest(p_candidates) as candidate
  ),
  charge as materialized (
    select
      decided.*,
      case when decided.status = 'reserved' then decided.held_credits else 0 end as freed_credits,
      sum(decided.charge_credits) over line - decided.charge_credits as from_credits,
      sum(decided.charge_credits) over line as to_credits
    from decided
    where decided.is_settled
    window line as (
      partition by decided.organization_id order by decided.item rows unbounded preceding
    )
  ),
  lot as materialized (
    select
      lot.id,
      lot.organization_id,
      lot.source,
      sum(lot.remaining_credits) over line - lot.remaining_credits as from_credits,
      sum(lot.remaining_credits) over line as to_credits
    from public.credit_grants as lot
    where lot.organization_id in (
        select charge.organization_id from charge where charge.charge_credits > 0
      )
      and not lot.is_used_up
      and lot.closed_at is null
    -- Burn-down order: priority, earliest expiry, promotional before paid, oldest.
    window line as (
      partition by lot.organization_id
      order by lot.priority, lot.expires_at, lot.source = 'topup', lot.created_at, lot.id
      rows unbounded preceding
    )
  ),
  drawn as materialized (
    select
      part.*,
      -- The first row of a charge has the id of its reservation: the ledger refuses a second one.
      case
        when part.part_from_credits = part.from_credits then part.reservation_id
        else uuidv7()
      end as transaction_id,
      row_number() over (partition by part.item order by part.part_from_credits) as part_number,
      sum(part.amount_credits) over (
        partition by part.organization_id order by part.part_from_credits rows unbounded preceding
      ) as taken_credits
    from (
      select
        charge.*,
        lot.id as grant_id,
        lot.source,
        greatest(lot.from_credits, charge.from_credits) as part_from_credits,
        least(lot.to_credits, charge.to_credits)
          - greatest(lot.from_credits, charge.from_credits) as amount_credits
      from charge
      join lot
        on lot.organization_id = charge.organization_id
        and lot.from_credits < charge.to_credits
        and lot.to_credits > charge.from_credits
      where charge.charge_credits > 0
      union all
      select
        charge.*,
        null,
        null,
        greatest(charge.from_credits, reach.credits),
        charge.to_credits - greatest(charge.from_credits, reach.credits)
      from charge
      cross join lateral (
        select coalesce(max(lot.to_credits), 0) as credits
        from lot
        where lot.organization_id = charge.organization_id
      ) as reach
      where charge.charge_credits > 0 and charge.to_credits > reach.credits
    ) as part
  ),
  used as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - total.amount_credits,
      closed_at = case when lot.remaining_credits = total.amount_credits then p_at end
    from (
      select drawn.grant_id, sum(drawn.amount_credits) as amount_credits
      from drawn
      where drawn.grant_id is not null
      group by drawn.grant_id
    ) as total
    where lot.id = total.grant_id
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - coalesce(total.monthly, 0),
      bonus_credits = balance.bonus_credits - coalesce(total.bonus, 0),
      debt_credits = balance.debt_credits + coalesce(total.debt, 0),
      reserved_credits = balance.reserved_credits - closed.freed_credits,
      used_credits = balance.used_credits + closed.charge_credits
    from (
      select
        charge.organization_id,
        sum(charge.freed_credits) as freed_credits,
        sum(charge.charge_credits) as charge_credits
      from charge
      group by charge.organization_id
    ) as closed
    left join (
      select
        drawn.organization_id,
        sum(drawn.amount_credits) filter (where drawn.source = 'plan') as monthly,
        sum(drawn.amount_credits) filter (where drawn.source <> 'plan') as bonus,
        sum(drawn.amount_credits) filter (where drawn.grant_id is null) as debt
      from drawn
      group by drawn.organization_id
    ) as total on total.organization_id = closed.organization_id
    where balance.organization_id = closed.organization_id
  ),
  closed as (
    update private.credit_holds as hold
    set
      ended_as = 'settled',
      charged_credits = charge.charge_credits,
      released_credits = charge.release_credits,
      shortfall_credits = charge.short_credits,
      settlement_fingerprint = charge.settlement_fingerprint,
      closed_at = p_at
    from charge
    where hold.ctid = charge.hold_place
      and coalesce(hold.ended_as, 'reserved') = charge.status
    returning
      charge.item, hold.capability_id, hold.quality_level_id, hold.user_id, hold.actor, hold.context
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
      drawn.transaction_id, drawn.organization_id, 'ai_consumption', -drawn.amount_credits,
      drawn.posted_credits - drawn.taken_credits, drawn.grant_id, drawn.reservation_id,
      closed.capability_id, closed.quality_level_id, drawn.model_id, closed.user_id, closed.actor,
      closed.context,
      -- Once for each settlement, so that sums over the ledger count its cost once.
      case when drawn.part_number = 1 then p_models[drawn.item] end,
      case when drawn.part_number = 1 then p_request_ids[drawn.item] end,
      case when drawn.part_number = 1 then p_usage_sources[drawn.item] end,
      case when drawn.part_number = 1 then drawn.cost_usd end,
      case when drawn.part_number = 1 then p_input_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_cached_input_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_output_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_reasoning_tokens[drawn.item] end,
      case when drawn.part_number = 1 then drawn.price_id end,
      case when drawn.part_number = 1 then drawn.held_credits end,
      case when drawn.part_number = 1 then drawn.actual_credits end,
      p_at
    from drawn
    join closed on closed.item = drawn.item
    order by drawn.organization_id, drawn.part_from_credits
  ),
  kept as (
    insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
    select charge.organization_id, charge.reservation_id, p_outputs[charge.item], p_at
    from charge
    where nullif(p_outputs[charge.item], 'null') is not null
  )
  select
    decided.item,
    decided.decision,
    decided.reservation_id,
    case when decided.decision = 'settled' then 'settled' else decided.status end,
    decided.charge_credits,
    decided.release_credits,
    case when decided.charge_credits is not null then decided.short_credits end,
    coalesce(decided.available_credits, 0) + coalesce(
      sum(charge.freed_credits - charge.charge_credits) over (
        partition by decided.organization_id order by decided.item rows unbounded preceding
      ),
      0
    ),
    coalesce(
      written.transaction_ids,
      case
        when decided.decision = 'replayed' then array(
          select earlier.id
          from private.charge_transactions(decided.reservation_id) as earlier
          order by earlier.sequence
        )
      end,
      '{}'
    ),
    decided.decision = 'replayed'
  from decided
  left join charge on charge.item = decided.item
  left join (
    select
      drawn.item,
      array_agg(drawn.transaction_id order by drawn.part_number) as transaction_ids
    from drawn
    group by drawn.item
  ) as written
    on written.item = case
      when decided.decision = 'replayed' then decided.settled_by_item
      when decided.is_settled then decided.item
    end
  order by decided.item
$$;

comment on function private.store_settlements(
  private.settlement_candidate[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[],
  jsonb[], timestamptz
) is 'Writes decided settlements: grants, balances, reservations, ledger; answers all items.';
