/*
 * Hash of the cost of a settlement as it came, an amount or a usage report, to tell a replay from a
 * conflict. It is compared within one reservation only, where 64 bits are plenty.
 */
create function private.settlement_fingerprint(p_amount_credits numeric, p_usage jsonb)
returns bigint
language sql
immutable
parallel safe
as $$
  select hashtextextended(
    coalesce(p_usage::text, ''), hash_numeric_extended(coalesce(p_amount_credits, -1), 0)
  )
$$;

comment on function private.settlement_fingerprint(numeric, jsonb)
  is 'Hash of the cost of a settlement, to tell a replay from a conflict.';
