/*
 * The items of settle_credits with everything needed to decide them: the reservation, the actual
 * cost, and what is available now. `outcome` is set where it does not depend on the other items of
 * the batch, and the stored result is filled in for a replay. The caller holds the gate.
 */
create function private.settlement_candidates(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_usages jsonb[]
)
returns setof private.settlement_candidate
language sql
stable
as $$
  select
    asked.item,
    asked.organization_id,
    asked.reservation_id,
    hold.status,
    hold.amount_credits,
    round(coalesce(asked.amount_credits, price.credits), 2),
    coalesce(price.model_id, hold.model_id),
    fingerprint.sha256,
    case
      when asked.usage is null
        then jsonb_build_object(
          'estimated_credits', hold.amount_credits, 'actual_credits', asked.amount_credits
        )
      else jsonb_build_object(
        'model', price.model_id,
        'input_tokens', asked.usage -> 'input_tokens',
        'cached_input_tokens', coalesce(asked.usage -> 'cached_input_tokens', '0'),
        'output_tokens', asked.usage -> 'output_tokens',
        'reasoning_tokens', coalesce(asked.usage -> 'reasoning_tokens', '0'),
        'request_id', asked.usage -> 'request_id',
        -- 'counted' by the api where the provider did not report what it used.
        'usage_source', coalesce(asked.usage -> 'source', '"reported"'),
        'cost_usd', price.cost_usd,
        'price_id', price.price_id,
        'estimated_credits', hold.amount_credits,
        'actual_credits', price.credits
      )
    end,
    balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits,
    balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits + balance.overdraft_credits,
    hold.charged_credits,
    hold.released_credits,
    hold.shortfall_credits,
    case
      when hold.id is null or balance.organization_id is null then 'reservation_not_found'
      when hold.status = 'settled' and hold.settlement_fingerprint = fingerprint.sha256
        then 'replayed'
      when hold.status = 'settled' then 'idempotency_conflict'
      when hold.status = 'released' then 'reservation_not_open'
      -- One of the two tells the cost; both or none is a mistake.
      when (asked.amount_credits is null) = (asked.usage is null) then 'invalid_amount'
      when asked.usage is null and not private.is_amount(asked.amount_credits)
        then 'invalid_amount'
      else price.problem
    end,
    null::integer
  from (
    select
      number.item,
      p_organization_ids[number.item] as organization_id,
      p_reservation_ids[number.item] as reservation_id,
      p_amounts_credits[number.item] as amount_credits,
      nullif(p_usages[number.item], 'null') as usage
    from generate_series(1, cardinality(p_organization_ids)) as number (item)
  ) as asked
  left join lateral (
    select account.*
    from public.organization_credit_balances as account
    where account.organization_id = asked.organization_id
    limit 1
  ) as balance on true
  left join lateral (
    select made.*
    from public.credit_reservations as made
    where made.organization_id = asked.organization_id and made.id = asked.reservation_id
    limit 1
  ) as hold on true
  left join lateral private.price_usage(asked.usage, hold.created_at) as price
    on asked.usage is not null
  cross join lateral (
    select sha256(convert_to(
      concat_ws(
        e'\x1f',
        coalesce(trim_scale(asked.amount_credits)::text, ''),
        coalesce(asked.usage::text, '')
      ),
      'UTF8'
    )) as sha256
  ) as fingerprint
$$;

comment on function private.settlement_candidates(uuid[], uuid[], numeric[], jsonb[])
  is 'Items of a settlement batch with all that is needed to decide them.';
