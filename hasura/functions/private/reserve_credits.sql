/*
 * Holds credits before AI work, one row an item in the order of the items; the result is the one of
 * the same calls made one after the other. Nothing is stored for a denial.
 *
 * Gate: the balance row of each organization (lock_balances); the whole access check is decided
 * under it. A new hold fits what is available, so that pages show the number that decides; the
 * overdraft is for settlements that cost more than their hold.
 * The usual batch is judged and written by one statement: even if all items are accepted each one
 * fits, and nothing speaks against any. Then their order does not matter. Any other batch writes
 * nothing there and is decided in turn. Whether a key was used before, also by an item of the same
 * batch, is left to the index of the keys: its unique_violation undoes what the statement wrote.
 * Replay: the same key and request of an organization gives its first reservation again, whatever
 * became of it; another request under the key is idempotency_conflict.
 *
 * The settings leave the planner nested loops over indexes only, and rows to change are found by
 * their place (ctid), which cannot move while the gate is held. So the cost follows the size of the
 * batch and never that of the tables, whatever was known about them when the plan was made.
 *
 * Outcomes: reserved, replayed, idempotency_conflict, insufficient_credits, rate_limited,
 * member_cap_exceeded, capability_not_in_plan, capability_disabled, quality_level_not_allowed,
 * subscription_inactive,
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
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
  v_id_start text;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_user_ids), cardinality(p_capability_ids),
    cardinality(p_quality_level_ids), cardinality(p_amounts_credits),
    cardinality(p_idempotency_keys), cardinality(p_expires_in_seconds), cardinality(p_contexts)
  );

  begin
    -- Inside: who locks a row outside of a block and changes it inside makes a multixact each time.
    v_at := private.lock_balances(p_organization_ids);
    -- Random for the batch, then the number of the item (of 1,000 at most): half of what an id of its
    -- own would take. 50 random bits stay, as the ledger takes ids of all organizations.
    v_id_start := left(private.reservation_id_at(v_at)::text, 33);

    return query
    with candidate as materialized (
      select
        rule.item, rule.organization_id, rule.user_id, rule.capability_id, rule.quality_level_id,
        rule.model_id, rule.minute_limit, rule.hour_limit, rule.day_limit, rule.minute_used,
        rule.hour_used, rule.day_used, rule.available_credits, rule.place, rule.actor,
        rule.has_member_caps, rule.refusal,
        round(rule.amount_credits, 2) as held_credits,
        (v_id_start || lpad(to_hex(rule.item), 3, '0'))::uuid as reservation_id,
        private.hold_expiry(p_expires_in_seconds[rule.item], v_at) as expires_at
      from private.access_rules(
        p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, v_at
      ) as rule
    ),
    wanted as materialized (
      select
        candidate.place,
        sum(candidate.held_credits) as held_credits,
        min(candidate.expires_at) as first_expiry_at,
        bool_and(
          candidate.refusal is null
          and not candidate.has_member_caps
          and coalesce(length(p_idempotency_keys[candidate.item]), 0) between 1 and 200
        )
        and sum(candidate.held_credits) <= min(candidate.available_credits) as is_plain
      from candidate
      group by candidate.place
    ),
    verdict as materialized (
      select
        (select bool_and(wanted.is_plain) from wanted)
        and not exists (
          select
          from candidate
          where coalesce(candidate.minute_limit, candidate.hour_limit, candidate.day_limit) is not null
          group by candidate.organization_id, candidate.capability_id
          having private.limits_refusal(
            min(candidate.minute_limit), min(candidate.minute_used) + count(*) - 1,
            min(candidate.hour_limit), min(candidate.hour_used) + count(*) - 1,
            min(candidate.day_limit), min(candidate.day_used) + count(*) - 1,
            0, 0
          ) is not null
        ) as is_plain
    ),
    stored as (
      insert into private.credit_holds (
        organization_id, id, user_id, capability_id, quality_level_id, model_id, amount_credits,
        idempotency_key, request_fingerprint, context, actor, expires_at, created_at
      )
      select
        candidate.organization_id, candidate.reservation_id, candidate.user_id,
        candidate.capability_id, candidate.quality_level_id, candidate.model_id,
        candidate.held_credits, p_idempotency_keys[candidate.item],
        private.reservation_fingerprint(
          candidate.user_id, candidate.capability_id, p_quality_level_ids[candidate.item],
          p_amounts_credits[candidate.item], p_contexts[candidate.item]
        ),
        p_contexts[candidate.item], candidate.actor, candidate.expires_at, v_at
      from candidate
      where (select verdict.is_plain from verdict)
      returning true as is_stored
    ),
    counted as (
      update public.organization_credit_balances as balance
      set
        reserved_credits = balance.reserved_credits + wanted.held_credits,
        next_hold_expires_at = least(balance.next_hold_expires_at, wanted.first_expiry_at)
      from wanted
      where balance.ctid = wanted.place and (select verdict.is_plain from verdict)
    )
    select
      candidate.item,
      'reserved',
      candidate.reservation_id,
      'reserved',
      candidate.quality_level_id,
      candidate.model_id,
      candidate.held_credits,
      candidate.available_credits - sum(candidate.held_credits) over (
        partition by candidate.place order by candidate.item rows unbounded preceding
      ),
      candidate.held_credits,
      candidate.expires_at,
      false,
      null::text[],
      null::text,
      null::integer
    from candidate
    -- All rows are written before the first is answered: an answer cannot be taken back.
    where (select verdict.is_plain from verdict) and (select bool_and(stored.is_stored) from stored)
    order by candidate.item;
    if found or v_items = 0 then
      return;
    end if;
  exception when unique_violation then
    -- What was undone is the gate as well.
    v_at := private.lock_balances(p_organization_ids);
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
