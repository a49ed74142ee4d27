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
      when not priced.is_valid then 'invalid_amount'
      when p_input_usd_per_million_tokens is null then 'unknown_model'
      -- Far more than any request can cost: a mistake in the report.
      when priced.micro_usd > 100000000000 then 'invalid_amount'
    end,
    trim_scale(priced.micro_usd * 0.000001),
    -- 1,000 micro-dollars a credit, in quarters. No division: it would round.
    greatest(0.25, ceil(priced.micro_usd * 0.004) * 0.25)
  from (
    select
      coalesce(
        token.is_model
        and token.input_tokens <= 1000000000000
        and token.output_tokens between 0 and 1000000000000
        and token.cached_input_tokens between 0 and token.input_tokens
        and token.reasoning_tokens between 0 and 1000000000000
        and trunc(token.input_tokens) = token.input_tokens
        and trunc(token.output_tokens) = token.output_tokens
        and trunc(token.cached_input_tokens) = token.cached_input_tokens
        and trunc(token.reasoning_tokens) = token.reasoning_tokens,
        false
      ) as is_valid,
      (token.input_tokens - token.cached_input_tokens) * p_input_usd_per_million_tokens
        + token.cached_input_tokens * p_cached_input_usd_per_million_tokens
        + token.output_tokens * p_output_usd_per_million_tokens as micro_usd
    from (
      select
        jsonb_typeof(reported.model) = 'string' as is_model,
        private.reported_number(reported.input, null) as input_tokens,
        private.reported_number(reported.output, null) as output_tokens,
        private.reported_number(reported.cached_input, 0) as cached_input_tokens,
        -- Part of the output: it changes no price.
        private.reported_number(reported.reasoning, 0) as reasoning_tokens
      from (
        select
          p_usage -> 'model' as model,
          p_usage -> 'input_tokens' as input,
          p_usage -> 'output_tokens' as output,
          p_usage -> 'cached_input_tokens' as cached_input,
          p_usage -> 'reasoning_tokens' as reasoning
        -- Without these the planner writes each value into every place that uses it.
        offset 0
      ) as reported
      offset 0
    ) as token
    offset 0
  ) as priced
$$;

comment on function private.usage_cost(jsonb, numeric, numeric, numeric)
  is 'Credits that a usage report costs by a price row.';
