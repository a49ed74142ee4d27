/*
 * The items of reserve_credits with everything needed to decide them: the rules, what is available
 * now, and the reservation that already holds the key. `outcome` is set where it does not depend on
 * the other items of the batch. The caller holds the gate of every organization.
 */
create function private.reservation_candidates(
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
returns setof private.reservation_candidate
language sql
stable
as $$
  select
    rule.item,
    rule.organization_id,
    rule.user_id,
    rule.plan_id,
    rule.capability_id,
    coalesce(existing.quality_level_id, rule.quality_level_id),
    case when existing.id is null then rule.model_id else existing.model_id end,
    -- Two decimals in every answer; an amount with more is shown as it came, and refused.
    case
      when existing.id is not null then existing.amount_credits
      when scale(rule.amount_credits) < 2 then round(rule.amount_credits, 2)
      else rule.amount_credits
    end,
    p_idempotency_keys[rule.item],
    fingerprint.hash,
    coalesce(existing.id, private.reservation_id_at(p_at)),
    coalesce(existing.status, 'reserved'),
    coalesce(existing.expires_at, private.hold_expiry(p_expires_in_seconds[rule.item], p_at)),
    rule.minute_limit,
    rule.hour_limit,
    rule.day_limit,
    rule.minute_used,
    rule.hour_used,
    rule.day_used,
    rule.available_credits,
    rule.place,
    rule.actor,
    case
      when rule.refusal = 'unknown_organization' then rule.refusal
      when p_idempotency_keys[rule.item] is null
        or length(p_idempotency_keys[rule.item]) not between 1 and 200 then 'invalid_key'
      when existing.request_fingerprint = fingerprint.hash then 'replayed'
      when existing.id is not null then 'idempotency_conflict'
      else rule.refusal
    end,
    null::integer
  from private.access_rules(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, p_at
  ) as rule
  left join lateral (
    select
      made.id, made.quality_level_id, made.model_id, made.amount_credits, made.request_fingerprint,
      coalesce(made.ended_as, case when charge.id is null then 'reserved' else 'settled' end)
        as status,
      made.expires_at
    from private.credit_holds as made
    left join public.credit_transactions as charge on charge.id = made.id
    -- In this form only the index of keys can serve it.
    where made.organization_id is not distinct from rule.organization_id
      and made.idempotency_key = p_idempotency_keys[rule.item]
      and made.idempotency_key > ''
    limit 1
  ) as existing on true
  cross join lateral (
    select private.reservation_fingerprint(
      rule.user_id, rule.capability_id, p_quality_level_ids[rule.item],
      p_amounts_credits[rule.item], p_contexts[rule.item]
    ) as hash
  ) as fingerprint
$$;

comment on function private.reservation_candidates(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Items of a reservation batch with all that is needed to decide them.';
