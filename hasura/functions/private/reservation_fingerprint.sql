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
returns bytea
language sql
stable
parallel safe
as $$
  select sha256(convert_to(
    concat_ws(
      e'\x1f',
      coalesce(p_user_id::text, ''),
      coalesce(p_capability_id, ''),
      coalesce(p_quality_level_id, ''),
      coalesce(trim_scale(p_amount_credits)::text, ''),
      coalesce(p_context::text, '')
    ),
    'UTF8'
  ))
$$;

comment on function private.reservation_fingerprint(uuid, text, text, numeric, jsonb)
  is 'Hash of a request for credits, to tell a replay from a conflict.';
