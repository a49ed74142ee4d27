/*
 * What a usage report costs by the price row in force at a moment, which is when the work was
 * reserved: credits = US dollars / 0.001, rounded up to 0.25, at least 0.25. Input tokens include
 * the cached ones, output tokens include reasoning. The model is named by our id or the provider's.
 * problem: invalid_amount (not a usage report), unknown_model (also without a price), else null.
 */
create function private.price_usage(p_usage jsonb, p_at timestamptz)
returns table (problem text, model_id text, price_id bigint, cost_usd numeric, credits numeric)
language sql
stable
as $$
  select
    case
      when not counted.is_valid then 'invalid_amount'
      when price.id is null then 'unknown_model'
      -- Far more than any request can cost: a mistake in the report.
      when cost.usd > 100000 then 'invalid_amount'
    end,
    model.id,
    price.id,
    trim_scale(cost.usd),
    greatest(0.25, round(ceil(cost.usd * 4000) / 4, 2))
  from (
    select
      private.token_count(p_usage, 'input_tokens') as input_tokens,
      private.token_count(p_usage, 'output_tokens') as output_tokens,
      coalesce(private.token_count(p_usage, 'cached_input_tokens'), 0) as cached_input_tokens,
      coalesce(private.token_count(p_usage, 'reasoning_tokens'), 0) as reasoning_tokens
  ) as token
  cross join lateral (
    select coalesce(
      jsonb_typeof(p_usage -> 'model') = 'string'
      and token.input_tokens >= 0
      and token.output_tokens >= 0
      and token.cached_input_tokens between 0 and token.input_tokens
      and token.reasoning_tokens >= 0,
      false
    ) as is_valid
  ) as counted
  cross join lateral (
    -- Our own id first: the second search is for those who report the provider's.
    select coalesce(
      (select named.id from public.llm_models as named where named.id = p_usage ->> 'model'),
      (
        select named.id
        from public.llm_models as named
        where named.provider_model_id = p_usage ->> 'model'
        order by named.id
        limit 1
      )
    ) as id
  ) as model
  left join lateral (
    select dated.*
    from public.llm_model_prices as dated
    where dated.model_id = model.id
      and dated.effective_from <= p_at
      and (dated.effective_to is null or dated.effective_to > p_at)
    order by dated.effective_from desc
    limit 1
  ) as price on true
  left join lateral (
    select (
      (token.input_tokens - token.cached_input_tokens) * price.input_usd_per_million_tokens
      + token.cached_input_tokens * price.cached_input_usd_per_million_tokens
      + token.output_tokens * price.output_usd_per_million_tokens
    ) / 1000000 as usd
  ) as cost on true
$$;

comment on function private.price_usage(jsonb, timestamptz)
  is 'Credits that a usage report costs, by the price in force at a moment.';
