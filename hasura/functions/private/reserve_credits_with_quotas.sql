/*
 * Holds credits and meters together, one row an item in the order of the items: all of an item or
 * nothing. p_quotas is an array of {meter, amount} for each item. Credits are judged first, so a
 * refusal for the plan comes before one for a meter.
 *
 * Gate: the balance rows. A line that is refused undoes the hold of its item (a subtransaction).
 * Replay: lines are part of the request, kept in its context under `quotas`. Settlement books the
 * lines, release and expiry give them back (close_quota_holds).
 * Outcomes: those of reserve_credits, and quota_exceeded, member_cap_exceeded, user_required,
 * invalid_quotas with `decision` of the line: its meter and what the limits say. SQLSTATEs: LG001, LG002.
 */
create function private.reserve_credits_with_quotas(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_quotas jsonb[]
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
  retry_after_seconds integer,
  decision jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_refused record;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_contexts), cardinality(p_quotas)
  );
  perform private.lock_balances(p_organization_ids);

  for v_index in 1 .. v_items loop
    decision := null;
    begin
      select made.*
      into
        item, outcome, reservation_id, status, quality_level_id, model_id, amount_credits,
        available_credits, required_credits, expires_at, replayed, allowed_quality_levels,
        unlocked_by_plan, retry_after_seconds
      from private.reserve_credits(
        p_organization_ids[v_index : v_index], p_user_ids[v_index : v_index],
        p_capability_ids[v_index : v_index], p_quality_level_ids[v_index : v_index],
        p_amounts_credits[v_index : v_index], p_idempotency_keys[v_index : v_index],
        p_expires_in_seconds[v_index : v_index],
        array[
          coalesce(nullif(p_contexts[v_index], 'null'), '{}')
            || jsonb_build_object('quotas', p_quotas[v_index])
        ]
      ) as made;
      if outcome = 'reserved' then
        select refusal.* into v_refused
        from private.hold_quotas(
          p_organization_ids[v_index], p_user_ids[v_index], reservation_id, p_quotas[v_index]
        ) as refusal;
        if v_refused.outcome <> 'held' then
          raise exception 'a line is refused' using errcode = 'LG010';
        end if;
      end if;
    exception when sqlstate 'LG010' then
      outcome := v_refused.outcome;
      decision := v_refused.decision;
      available_credits := available_credits + amount_credits;
      reservation_id := null;
      status := null;
      expires_at := null;
    end;
    item := v_index;
    return next;
  end loop;
end
$$;

comment on function private.reserve_credits_with_quotas(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], jsonb[]
) is 'Holds credits and meters together, all of an item or nothing.';

grant execute on function private.reserve_credits_with_quotas(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], jsonb[]
) to purser_api;
