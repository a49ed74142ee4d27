/*
 * Hash of a request for credits as it came, before defaults: those may change between the request
 * and its replay.
 */
create function private.reservation_fingerprint(
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric,
  p_context jsonb
)
returns bigint
language sql
immutable
parallel safe
as $$
  -- Each hash is the seed of the next. It is compared within one key of one organization only, where
  -- 64 bits are plenty. The text of the context, as jsonb_hash_extended hashes some documents alike.
  select hashtextextended(
    coalesce(p_context::text, ''),
    hash_numeric_extended(
      coalesce(p_amount_credits, -1),
      hashtextextended(
        coalesce(p_quality_level_id, ''),
        hashtextextended(
          coalesce(p_capability_id, ''),
          uuid_hash_extended(coalesce(p_user_id, '00000000-0000-0000-0000-000000000000'), 0)
        )
      )
    )
  )
$$;

comment on function private.reservation_fingerprint(uuid, text, text, numeric, jsonb)
  is 'Hash of a request for credits, to tell a replay from a conflict.';
