/*
 * Prices of a model, with the time from which each applies. The model is named by our id or the
 * provider's: ours first, as few report the provider's. Without a price one row with nulls, with the
 * model's id if there is such a model.
 */
create function private.model_prices(p_model text)
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
  left join public.llm_model_prices as dated on dated.model_id = model.id
$$;

comment on function private.model_prices(text) is 'Prices of a model, past, present and future.';
