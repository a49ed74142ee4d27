/*
 * What a usage report costs by a price row: credits = US dollars / 0.001, rounded up to 0.25, at
 * least 0.25. Input tokens include the cached ones, output tokens include reasoning. One row.
 * problem: invalid_amount (not a usage report), unknown_model (also without a price), else null.
 */
create function private.usage_cost(
  p_model text,
  p_input_tokens bigint,
  p_cached_input_tokens bigint,
  p_output_tokens bigint,
  p_reasoning_tokens bigint,
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
      when (
        p_model is not null
        and p_input_tokens <= 1000000000000
        and p_output_tokens between 0 and 1000000000000
        and coalesce(p_cached_input_tokens, 0) between 0 and p_input_tokens
        -- Part of the output: it changes no price.
        and coalesce(p_reasoning_tokens, 0) between 0 and 1000000000000
      ) is not true then 'invalid_amount'
      when p_input_usd_per_million_tokens is null then 'unknown_model'
      -- Far more than any request can cost: a mistake in the report.
      when priced.micro_usd > 100000000000 then 'invalid_amount'
    end,
    trim_scale(priced.micro_usd * 0.000001),
    -- 1,000 micro-dollars a credit, in quarters. No division: it would round.
    greatest(0.25, ceil(priced.micro_usd * 0.004) * 0.25)
  from (
    select
      p_input_tokens * p_input_usd_per_million_tokens
        + p_output_tokens * p_output_usd_per_million_tokens
        -- Cached tokens are in the input: they cost the difference. No subtraction of tokens, which
        -- could overflow where the report is none.
        + case
          when p_cached_input_tokens <> 0
            then p_cached_input_tokens
              * (p_cached_input_usd_per_million_tokens - p_input_usd_per_million_tokens)
          else 0
        end as micro_usd
    -- Without it the planner writes the sum into every place that uses it.
    offset 0
  ) as priced
$$;

comment on function private.usage_cost(
  text, bigint, bigint, bigint, bigint, numeric, numeric, numeric
) is 'Credits that a usage report costs by a price row.';
