/* Models that would serve, in order of preference, each with the price row that is in force. */
create function private.explain_models(
  p_plan_id text,
  p_capability_id text,
  p_quality_level_id text,
  p_at timestamptz
)
returns jsonb
language sql
stable
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'preference', model.preference,
        'model', model.model_id,
        'price_id', price.id,
        'price_effective_from', price.effective_from,
        'input_usd_per_million_tokens', price.input_usd_per_million_tokens,
        'cached_input_usd_per_million_tokens', price.cached_input_usd_per_million_tokens,
        'output_usd_per_million_tokens', price.output_usd_per_million_tokens
      )
      order by model.preference
    ),
    '[]'
  )
  from private.models_in_force(p_plan_id, p_capability_id, p_quality_level_id, p_at) as model
  left join lateral (
    select dated.*
    from public.llm_model_prices as dated
    where dated.model_id = model.model_id
      and dated.effective_from <= p_at
      and (dated.effective_to is null or dated.effective_to > p_at)
    order by dated.effective_from desc
    limit 1
  ) as price on true
$$;

comment on function private.explain_models(text, text, text, timestamptz)
  is 'Models that would serve, in order of preference, each with its price row.';
