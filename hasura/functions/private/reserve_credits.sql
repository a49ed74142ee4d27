/*
 * Holds credits before AI work, one row an item in the order of the items; the result is the one of
 * the same calls made one after the other. Nothing is stored for a denial.
 *
 * Gate: the balance row of each organization (lock_balances); the whole access check is decided
 * under it. A new hold fits what is available, so that pages show the number that decides; the
 * overdraft is for settlements that cost more than their hold.
 * Replay: the same key and request of an organization gives its first reservation again, whatever
 * became of it; another request under the key is idempotency_conflict.
 *
 * Outcomes: reserved, replayed, idempotency_conflict, insufficient_credits, rate_limited,
 * member_cap_exceeded,
 * capability_not_in_plan, capability_disabled, quality_level_not_allowed, subscription_inactive,
 * unknown_organization, unknown_user, unknown_capability, unknown_quality_level, invalid_amount,
 * invalid_key (callers validate keys, so this shows a fault of the caller).
 * SQLSTATEs: LG001 arrays of different lengths, LG002 batch too large.
 */
create function private.reserve_credits(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
begin
  perform private.require_batch(
    cardinality(p_organization_ids), cardinality(p_user_ids), cardinality(p_capability_ids),
    cardinality(p_quality_level_ids), cardinality(p_amounts_credits),
    cardinality(p_idempotency_keys), cardinality(p_expires_in_seconds), cardinality(p_contexts)
  );
  v_at := private.lock_balances(p_organization_ids);
  if exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids) and balance.has_member_caps
  ) then
    return query
    select *
    from private.reserve_capped(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
      p_idempotency_keys, p_expires_in_seconds, p_contexts, v_at
    ) as made
    order by made.item;
    return;
  end if;

  begin
    return query
    select *
    from private.reserve_plain(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
      p_idempotency_keys, p_expires_in_seconds, p_contexts, v_at
    );
    if found or cardinality(p_organization_ids) = 0 then
      return;
    end if;
  exception when unique_violation then
    -- A key was used before: what reserve_plain wrote is undone, and the items are decided in turn.
    null;
  end;

  return query
  select *
  from private.reserve_in_turn(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
    p_idempotency_keys, p_expires_in_seconds, p_contexts, v_at
  );
end
$$;

comment on function private.reserve_credits(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[]
) is 'Holds credits before AI work; arrays in, one outcome row an item in order.';

grant execute on function private.reserve_credits(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[]
) to purser_api;
