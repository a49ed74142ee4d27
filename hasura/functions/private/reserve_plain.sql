/*
 * The usual batch of reserve_credits, judged and written by one statement: even if all items are
 * accepted each one fits, and nothing speaks against any. Then their order does not matter. Any
 * other batch writes nothing and answers nothing: it is decided item by item. The caller holds the
 * gate. Whether a key was used before, also by an item of the same batch, is left to the index of
 * the keys: it raises unique_violation, and the caller takes that for a batch that is not plain.
 * That undoes what was written but not what was answered, so the answers are its own until it ends.
 *
 * The settings leave the planner nested loops over indexes only, and rows to change are found by
 * their place (ctid), which cannot move while the gate is held. So the cost follows the size of the
 * batch and never that of the tables, whatever was known about them when the plan was made.
 */
create function private.reserve_plain(
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
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with candidate as materialized (
    select
      rule.item, rule.organization_id, rule.user_id, rule.capability_id, rule.quality_level_id,
      rule.model_id, rule.minute_limit, rule.hour_limit, rule.day_limit, rule.minute_used,
      rule.hour_used, rule.day_used, rule.available_credits, rule.place, rule.actor, rule.refusal,
      round(rule.amount_credits, 2) as held_credits,
      private.reservation_id_at(p_at) as reservation_id,
      private.hold_expiry(p_expires_in_seconds[rule.item], p_at) as expires_at
    from private.access_rules(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, p_at
    ) as rule
  ),
  wanted as materialized (
    select
      candidate.place,
      sum(candidate.held_credits) as held_credits,
      min(candidate.expires_at) as first_expiry_at,
      bool_and(
        candidate.refusal is null
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
    insert into public.credit_reservations (
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
      p_contexts[candidate.item], candidate.actor, candidate.expires_at, p_at
    from candidate
    where (select verdict.is_plain from verdict)
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
  where (select verdict.is_plain from verdict)
  order by candidate.item;
end
$$;

comment on function private.reserve_plain(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Holds credits for a batch in which nothing speaks against any item; else answers no rows.';
