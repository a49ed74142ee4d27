/*
 * Hash of the cost of a settlement as it came, an amount or a usage report, to tell a replay from a
 * conflict. It is compared within one reservation only, where 64 bits are plenty.
 * Each value is hashed with a number of its own, which also stands for null. A count is the seed, as
 * what is hashed of a bigint is only 32 bits.
 */
create function private.settlement_fingerprint(
  p_amount_credits numeric,
  p_model text,
  p_input_tokens bigint,
  p_cached_input_tokens bigint,
  p_output_tokens bigint,
  p_reasoning_tokens bigint,
  p_request_id text,
  p_usage_source text
)
returns bigint
language sql
immutable
parallel safe
as $$
  select
    coalesce(hash_numeric_extended(p_amount_credits, 1), 1)
    # coalesce(hashtextextended(p_model, 2), 2)
    # coalesce(hashint4extended(3, p_input_tokens), 3)
    # coalesce(hashint4extended(4, p_cached_input_tokens), 4)
    # coalesce(hashint4extended(5, p_output_tokens), 5)
    # coalesce(hashint4extended(6, p_reasoning_tokens), 6)
    # coalesce(hashtextextended(p_request_id, 7), 7)
    # coalesce(hashtextextended(p_usage_source, 8), 8)
$$;

comment on function private.settlement_fingerprint(
  numeric, text, bigint, bigint, bigint, bigint, text, text
) is 'Hash of the cost of a settlement, to tell a replay from a conflict.';
