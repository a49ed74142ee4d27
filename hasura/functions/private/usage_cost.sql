/*
 * What a usage report costs by a price row: credits = US dollars / 0.001, rounded up to 0.25, at
 * least 0.25. Input tokens include the cached ones, output tokens include reasoning. One row.
 * problem: invalid_amount (not a usage report), unknown_model (also without a price), else null.
 */
create function private.usage_cost(
  p_usage jsonb,
  p_input_usd_per_million_tokens numeric,
  p_cached_input_usd_per_million_tokens numeric,
  p_output_usd_per_million_tokens numeric
)
returns table (problem text, cost_usd numeric, credits numeric)
language sql
stable
as $$
  select
    case
      when not counted.is_valid then 'invalid_amount'
      when p_input_usd_per_million_tokens is null then 'unknown_model'
      -- Far more than any request can cost: a mistake in the report.
      when counted.cost_usd > 100000 then 'invalid_amount'
    end,
    trim_scale(counted.cost_usd),
    greatest(0.25, round(ceil(counted.cost_usd * 4000) / 4, 2))
  from (
    select
      coalesce(
        jsonb_typeof(p_usage -> 'model') = 'string'
        and token.input_tokens >= 0
        and token.output_tokens >= 0
        and token.cached_input_tokens between 0 and token.input_tokens
        and token.reasoning_tokens >= 0,
        false
      ) as is_valid,
      (
        (token.input_tokens - token.cached_input_tokens) * p_input_usd_per_million_tokens
        + token.cached_input_tokens * p_cached_input_usd_per_million_tokens
        + token.output_tokens * p_output_usd_per_million_tokens
      ) / 1000000 as cost_usd
    from (
      select
        private.token_count(p_usage, 'input_tokens') as input_tokens,
        private.token_count(p_usage, 'output_tokens') as output_tokens,
        coalesce(private.token_count(p_usage, 'cached_input_tokens'), 0) as cached_input_tokens,
        coalesce(private.token_count(p_usage, 'reasoning_tokens'), 0) as reasoning_tokens
      -- Without it the planner writes each count into every place that uses it; so below.
      offset 0
    ) as token
    offset 0
  ) as counted
$$;

comment on function private.usage_cost(jsonb, numeric, numeric, numeric)
  is 'Credits that a usage report costs by a price row.';
