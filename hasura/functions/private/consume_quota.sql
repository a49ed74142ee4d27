/*
 * Checks and counts uses of meters in one step, one row an item in the order of the items; the result
 * is the one of the same calls made one after the other. A negative amount gives back of a level.
 * Nothing is stored for a refusal.
 *
 * Gate: the balance row of each organization (lock_balances): concurrent callers never pass a hard
 * limit together. Replay: the same key and request of an organization gives its first answer again;
 * another request under the key is idempotency_conflict.
 * `decision` tells the limit that was closest: limit, used, held, remaining, period, resets_at, level
 * (plan, override, member_cap) and source of it, warning (highest level reached), over_limit.
 *
 * Outcomes: recorded, replayed, idempotency_conflict, quota_exceeded, member_cap_exceeded, below_zero,
 * subscription_inactive, user_required (the limit is one for each user), unknown_organization,
 * unknown_meter, unknown_user, invalid_amount, invalid_key. SQLSTATEs: LG001, LG002.
 */
create function private.consume_quota(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_metadata jsonb[]
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select *
  from private.count_usage(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys,
    array_fill(null::timestamptz, array[cardinality(p_organization_ids)]), p_metadata, 'consumed'
  )
$$;

comment on function private.consume_quota(uuid[], uuid[], text[], numeric[], text[], jsonb[])
  is 'Checks and counts uses of meters in one step; arrays in, one outcome row an item in order.';

grant execute on function private.consume_quota(uuid[], uuid[], text[], numeric[], text[], jsonb[])
  to purser_api;
