/*
 * Computed field provider_metadata of credit_transactions, for platform admins: what a charge rests
 * on, in one piece. On the first row of a settlement only, so that sums over the ledger count a cost
 * once; null elsewhere. Stored in columns, which cost a charge less to write than the document.
 */
create function public.credit_transactions_provider_metadata(
  p_transaction public.credit_transactions
)
returns jsonb
language sql
stable
parallel safe
as $$
  select case
    when p_transaction.reported_model is not null then
      jsonb_build_object(
        'model', p_transaction.model_id,
        'input_tokens', p_transaction.input_tokens,
        'cached_input_tokens', coalesce(p_transaction.cached_input_tokens, 0),
        'output_tokens', p_transaction.output_tokens,
        'reasoning_tokens', p_transaction.reasoning_tokens,
        'request_id', p_transaction.request_id,
        -- 'counted' by the api where the provider did not report what it used.
        'usage_source', coalesce(p_transaction.usage_source, 'reported'),
        'cost_usd', p_transaction.cost_usd,
        'price_id', p_transaction.price_id,
        'estimated_credits', p_transaction.estimated_credits,
        'actual_credits', p_transaction.actual_credits
      )
    when p_transaction.estimated_credits is not null then
      jsonb_build_object(
        'estimated_credits', p_transaction.estimated_credits,
        'actual_credits', p_transaction.actual_credits
      )
  end
$$;

comment on function public.credit_transactions_provider_metadata(public.credit_transactions)
  is 'Tokens, cost_usd, price row, request id, estimated and actual credits; on the first row of a settlement, for platform admins only.';

grant execute on function public.credit_transactions_provider_metadata(public.credit_transactions)
  to purser_api, purser_hasura;
