/*
 * Any batch of reserve_credits. What speaks against an item is nothing to other organizations: only
 * where something does, or a limit counts the requests, are the items decided one after the other. A
 * batch with an organization that caps members goes on to reserve_capped.
 * The caller holds the gate.
 */
create function private.reserve_in_turn(
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
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
#variable_conflict use_column
declare
  v_plain private.reservation_candidate[];
  v_odd private.reservation_candidate[];
begin
  if exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids) and balance.has_member_caps
  ) then
    return query
    select *
    from private.reserve_capped(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
      p_idempotency_keys, p_expires_in_seconds, p_contexts, p_at
    ) as made
    order by made.item;
    return;
  end if;

  select
    array_agg(judged.candidate) filter (where judged.is_plain),
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where not judged.is_plain)
  into v_plain, v_odd
  from (
    select
      turned.candidate,
      turned.organization_id,
      turned.item,
      coalesce(
        bool_and(turned.is_free and turned.turn = 1) over account
        and sum(turned.amount_credits) over account <= turned.available_credits,
        false
      ) as is_plain
    from (
      select
        candidate,
        candidate.organization_id,
        candidate.item,
        candidate.amount_credits,
        candidate.available_credits,
        candidate.outcome is null
          and coalesce(candidate.minute_limit, candidate.hour_limit, candidate.day_limit) is null
          as is_free,
        row_number() over (
          partition by candidate.organization_id, candidate.idempotency_key
        ) as turn
      from private.reservation_candidates(
        p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
        p_idempotency_keys, p_expires_in_seconds, p_contexts, p_at
      ) as candidate
    ) as turned
    window account as (partition by turned.organization_id)
  ) as judged;
  return query
  select *
  from private.apply_reservations(
    v_plain || private.decide_reservations(v_odd, p_at), p_contexts, p_at
  );
end
$$;

comment on function private.reserve_in_turn(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Holds credits for any batch; where something speaks against an item, decides item by item.';
