/*
 * The items of settle_credits with everything needed to decide them: the reservation, the actual
 * cost by the price in force when it was made, what is available now, and the grant that is next in
 * burn-down order. `outcome` is set where it does not depend on the other items of the batch, and
 * the stored result is filled in for a replay. A charge within its hold is in the ledger alone: its
 * row has the id of the reservation and tells the settlement. `is_told_to_hold`: others wait for the
 * end of this hold, so that it is written there too. The caller holds the gate; places find rows until
 * it lets go.
 */
create function private.settlement_candidates(
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
  p_at timestamptz
)
returns setof private.settlement_candidate
language sql
stable
as $$
  -- What is the same for all items is looked up once: account and grant for each organization, the
  -- prices for each model, newest first: a scan keeps that order.
  with price as materialized (
    select reported.model, dated.*
    from (
      select p_models[number.item] as model
      from generate_series(1, cardinality(p_models)) as number (item)
      where p_models[number.item] is not null
      group by 1
    ) as reported
    cross join lateral private.model_prices(reported.model) as dated
    order by dated.effective_from desc
  )
  select
    asked.item,
    asked.organization_id,
    asked.reservation_id,
    asked.hold_place,
    asked.status,
    asked.held_credits,
    round(coalesce(asked.amount_credits, cost.credits), 2),
    coalesce(rate.model_id, asked.model_id),
    rate.price_id,
    cost.cost_usd,
    private.settlement_fingerprint(
      asked.amount_credits, asked.model, asked.input_tokens, asked.cached_input_tokens,
      asked.output_tokens, asked.reasoning_tokens, p_request_ids[asked.item],
      p_usage_sources[asked.item]
    ),
    asked.is_told_to_hold,
    asked.account_place,
    asked.posted_credits,
    asked.available_credits,
    asked.available_credits + asked.overdraft_credits,
    asked.grant_place,
    asked.grant_id,
    asked.grant_source,
    asked.grant_credits,
    asked.charged_credits,
    asked.released_credits,
    asked.shortfall_credits,
    case
      when asked.hold_place is null or asked.account_place is null then 'reservation_not_found'
      when asked.status = 'settled' then
        case
          when asked.settlement_fingerprint = private.settlement_fingerprint(
            asked.amount_credits, asked.model, asked.input_tokens, asked.cached_input_tokens,
            asked.output_tokens, asked.reasoning_tokens, p_request_ids[asked.item],
            p_usage_sources[asked.item]
          )
            then 'replayed'
          else 'idempotency_conflict'
        end
      when asked.status = 'released' then 'reservation_not_open'
      -- One of the two tells the cost: both is a mistake, and none is no report.
      when asked.amount_credits is null then cost.problem
      when num_nonnulls(
        asked.model, asked.input_tokens, asked.cached_input_tokens, asked.output_tokens,
        asked.reasoning_tokens, p_request_ids[asked.item], p_usage_sources[asked.item]
      ) > 0
        or not private.is_amount(asked.amount_credits)
        then 'invalid_amount'
    end,
    null::integer
  from (
    select
      request.*,
      p_reservation_ids[request.item] as reservation_id,
      told.*,
      hold.hold_place,
      hold.model_id,
      hold.held_credits,
      hold.is_told_to_hold,
      hold.created_at,
      case when charge.credits is null then hold.status else 'settled' end as status,
      coalesce(charge.credits, hold.charged_credits) as charged_credits,
      coalesce(hold.held_credits - charge.credits, hold.released_credits) as released_credits,
      case when charge.credits is null then hold.shortfall_credits else 0.00 end
        as shortfall_credits,
      coalesce(charge.settlement_fingerprint, hold.settlement_fingerprint)
        as settlement_fingerprint
    from (
      select
        unnest(ordered.items) as item,
        ordered.organization_id,
        account.place as account_place,
        account.posted_credits,
        account.available_credits,
        account.overdraft_credits,
        lot.place as grant_place,
        lot.id as grant_id,
        lot.source as grant_source,
        lot.remaining_credits as grant_credits
      from (
        select p_organization_ids[number.item] as organization_id, array_agg(number.item) as items
        from generate_series(1, cardinality(p_organization_ids)) as number (item)
        group by 1
      ) as ordered
      left join lateral (
        select
          balance.ctid as place,
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits
            - balance.reserved_credits as available_credits,
          balance.overdraft_credits,
          balance.next_grant_expires_at
        from public.organization_credit_balances as balance
        where balance.organization_id = ordered.organization_id
        limit 1
      ) as account on true
      left join lateral (
        select next.ctid as place, next.id, next.source, next.remaining_credits
        from public.credit_grants as next
        where next.organization_id = ordered.organization_id
          -- While an expired grant is kept for holds, the order of the items matters.
          and account.next_grant_expires_at > p_at
          and not next.is_used_up
          and next.expires_at > p_at
          and next.closed_at is null
        order by next.priority, next.expires_at, next.source = 'topup', next.created_at, next.id
        limit 1
      ) as lot on true
    ) as request
    -- Without the offset, here and below, the planner writes a value into every place that uses it.
    cross join lateral (
      select
        p_amounts_credits[request.item] as amount_credits,
        p_models[request.item] as model,
        p_input_tokens[request.item] as input_tokens,
        p_cached_input_tokens[request.item] as cached_input_tokens,
        p_output_tokens[request.item] as output_tokens,
        p_reasoning_tokens[request.item] as reasoning_tokens
      offset 0
    ) as told
    left join lateral (
      select
        made.ctid as hold_place,
        made.model_id,
        made.amount_credits as held_credits,
        made.is_capped or made.has_quota_lines as is_told_to_hold,
        coalesce(made.ended_as, 'reserved') as status,
        made.charged_credits,
        made.released_credits,
        made.shortfall_credits,
        made.settlement_fingerprint,
        made.created_at
      from private.credit_holds as made
      where made.organization_id = request.organization_id
        and made.id = p_reservation_ids[request.item]
      limit 1
    ) as hold on true
    left join lateral (
      select
        entry.actual_credits as credits,
        private.settlement_fingerprint(
          case when entry.reported_model is null then entry.actual_credits end,
          entry.reported_model, entry.input_tokens, entry.cached_input_tokens,
          entry.output_tokens, entry.reasoning_tokens, entry.request_id, entry.usage_source
        ) as settlement_fingerprint
      from public.credit_transactions as entry
      where entry.id = p_reservation_ids[request.item] and hold.status = 'reserved'
      limit 1
    ) as charge on true
  ) as asked
  left join lateral (
    select price.*
    from price
    where price.model = asked.model
      and price.effective_from <= asked.created_at
      and (price.effective_to is null or price.effective_to > asked.created_at)
    limit 1
  ) as rate on true
  left join lateral private.usage_cost(
    asked.model, asked.input_tokens, asked.cached_input_tokens, asked.output_tokens,
    asked.reasoning_tokens, rate.input_usd_per_million_tokens,
    rate.cached_input_usd_per_million_tokens, rate.output_usd_per_million_tokens
  ) as cost on asked.amount_credits is null
$$;

comment on function private.settlement_candidates(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], timestamptz
) is 'Items of a settlement batch with all that is needed to decide them.';
