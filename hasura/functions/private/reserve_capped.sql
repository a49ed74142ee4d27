/*
 * reserve_credits for batches with organizations that cap members. Items of the others go their usual
 * way together; those of capped organizations are held one by one, and a hold that would pass a cap of
 * its member is undone (a subtransaction) and answered member_cap_exceeded: the last rule, after plan,
 * rate limits and credits. The caller holds the gates.
 */
create function private.reserve_capped(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_at timestamptz
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
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_others integer[];
  v_item integer;
begin
  select array_agg(number.item order by number.item)
  into v_others
  from generate_series(1, cardinality(p_organization_ids)) as number (item)
  where not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = p_organization_ids[number.item] and balance.has_member_caps
  );
  return query
  select
    v_others[made.item], made.outcome, made.reservation_id, made.status, made.quality_level_id,
    made.model_id, made.amount_credits, made.available_credits, made.required_credits,
    made.expires_at, made.replayed, made.allowed_quality_levels, made.unlocked_by_plan,
    made.retry_after_seconds
  from (
    select
      array_agg(p_organization_ids[place] order by place) as organization_ids,
      array_agg(p_user_ids[place] order by place) as user_ids,
      array_agg(p_capability_ids[place] order by place) as capability_ids,
      array_agg(p_quality_level_ids[place] order by place) as quality_level_ids,
      array_agg(p_amounts_credits[place] order by place) as amounts_credits,
      array_agg(p_idempotency_keys[place] order by place) as idempotency_keys,
      array_agg(p_expires_in_seconds[place] order by place) as expires_in_seconds,
      array_agg(p_contexts[place] order by place) as contexts
    from unnest(v_others) as place
  ) as other
  cross join lateral private.reserve_credits(
    other.organization_ids, other.user_ids, other.capability_ids, other.quality_level_ids,
    other.amounts_credits, other.idempotency_keys, other.expires_in_seconds, other.contexts
  ) as made
  where v_others is not null;

  for v_item in 1 .. cardinality(p_organization_ids) loop
    continue when v_item = any (v_others);
    begin
      select made.*
      into
        item, outcome, reservation_id, status, quality_level_id, model_id, amount_credits,
        available_credits, required_credits, expires_at, replayed, allowed_quality_levels,
        unlocked_by_plan, retry_after_seconds
      from private.apply_reservations(
        private.decide_reservations(
          (
            select array_agg(candidate)
            from private.reservation_candidates(
              p_organization_ids[v_item : v_item], p_user_ids[v_item : v_item],
              p_capability_ids[v_item : v_item], p_quality_level_ids[v_item : v_item],
              p_amounts_credits[v_item : v_item], p_idempotency_keys[v_item : v_item],
              p_expires_in_seconds[v_item : v_item], p_contexts[v_item : v_item], p_at
            ) as candidate
          ),
          p_at
        ),
        p_contexts[v_item : v_item], p_at
      ) as made;
      if outcome = 'reserved' and not private.hold_capped(
        p_organization_ids[v_item], p_user_ids[v_item], reservation_id, amount_credits, p_at
      ) then
        raise exception 'a cap refuses' using errcode = 'LG011';
      end if;
    exception when sqlstate 'LG011' then
      outcome := 'member_cap_exceeded';
      available_credits := available_credits + amount_credits;
      reservation_id := null;
      status := null;
      expires_at := null;
    end;
    item := v_item;
    return next;
  end loop;
end
$$;

comment on function private.reserve_capped(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Holds credits for batches with organizations that cap members.';
