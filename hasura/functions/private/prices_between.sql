/*
 * Prices of a model that applied at some time between two moments, with the time from which each
 * did. The model is named by our id or the provider's: ours first, as few report the provider's.
 * Without a price one row with nulls, with the model's id if there is such a model.
 */
create function private.prices_between(p_model text, p_since timestamptz, p_until timestamptz)
returns table (
  model_id text,
  price_id bigint,
  effective_from timestamptz,
  effective_to timestamptz,
  input_usd_per_million_tokens numeric,
  cached_input_usd_per_million_tokens numeric,
  output_usd_per_million_tokens numeric
)
language sql
stable
as $$
  select
    model.id,
    dated.id,
    dated.effective_from,
    dated.effective_to,
    dated.input_usd_per_million_tokens,
    dated.cached_input_usd_per_million_tokens,
    dated.output_usd_per_million_tokens
  from (
    select coalesce(
      (select named.id from public.llm_models as named where named.id = p_model),
      (
        select named.id
        from public.llm_models as named
        where named.provider_model_id = p_model
        order by named.id
        limit 1
      )
    ) as id
    offset 0
  ) as model
  left join public.llm_model_prices as dated
    on dated.model_id = model.id
    and dated.effective_from <= p_until
    and (dated.effective_to is null or dated.effective_to > p_since)
$$;

comment on function private.prices_between(text, timestamptz, timestamptz)
  is 'Prices of a model that applied between two moments.';
