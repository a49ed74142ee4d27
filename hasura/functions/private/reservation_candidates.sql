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
    fingerprint.sha256,
    coalesce(existing.id, uuidv7(p_at - clock_timestamp())),
    coalesce(existing.status, 'reserved'),
    coalesce(
      existing.expires_at,
      -- 5 minutes unless told; a hold is never longer than a day without being extended.
      p_at + make_interval(
        secs => least(greatest(coalesce(p_expires_in_seconds[rule.item], 300), 1), 86400)
      )
    ),
    rule.minute_limit,
    rule.hour_limit,
    rule.day_limit,
    rule.minute_used,
    rule.hour_used,
    rule.day_used,
    balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits,
    case
      when rule.refusal = 'unknown_organization' or balance.organization_id is null
        then 'unknown_organization'
      when p_idempotency_keys[rule.item] is null
        or length(p_idempotency_keys[rule.item]) not between 1 and 200 then 'invalid_key'
      when existing.request_fingerprint = fingerprint.sha256 then 'replayed'
      when existing.id is not null then 'idempotency_conflict'
      else rule.refusal
    end,
    null::integer
  from private.access_rules(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, p_at
  ) as rule
  left join lateral (
    select account.*
    from public.organization_credit_balances as account
    where account.organization_id = rule.organization_id
    limit 1
  ) as balance on true
  left join lateral (
    select made.*
    from public.credit_reservations as made
    -- In this form only the index of keys can serve it.
    where made.organization_id is not distinct from rule.organization_id
      and made.idempotency_key = p_idempotency_keys[rule.item]
      and made.idempotency_key > ''
    limit 1
  ) as existing on true
  -- The request as it came, before defaults: those may change between the request and its replay.
  cross join lateral (
    select sha256(convert_to(
      concat_ws(
        e'\x1f',
        coalesce(rule.user_id::text, ''),
        coalesce(rule.capability_id, ''),
        coalesce(p_quality_level_ids[rule.item], ''),
        coalesce(trim_scale(p_amounts_credits[rule.item])::text, ''),
        coalesce(p_contexts[rule.item]::text, '')
      ),
      'UTF8'
    )) as sha256
  ) as fingerprint
$$;

comment on function private.reservation_candidates(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Items of a reservation batch with all that is needed to decide them.';
