/*
 * Writes the accepted items of a batch, counts them on the balances, and answers every item. The
 * caller holds the gate and has decided; an outcome of null is an item that nothing spoke against.
 */
create function private.apply_reservations(
  p_candidates private.reservation_candidate[],
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
language sql
volatile
as $$
  with decided as materialized (
    select
      candidate.*,
      coalesce(candidate.outcome, 'reserved') as decision,
      coalesce(candidate.outcome, 'reserved') in ('reserved', 'replayed') as is_accepted
    from unnest(p_candidates) as candidate
  ),
  stored as (
    insert into private.credit_holds (
      organization_id, id, user_id, capability_id, quality_level_id, model_id, amount_credits,
      idempotency_key, request_fingerprint, context, actor, expires_at, created_at
    )
    select
      decided.organization_id, decided.reservation_id, decided.user_id, decided.capability_id,
      decided.quality_level_id, decided.model_id, decided.amount_credits, decided.idempotency_key,
      decided.request_fingerprint, p_contexts[decided.item], decided.actor, decided.expires_at, p_at
    from decided
    where decided.decision = 'reserved'
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits + total.amount_credits,
      next_hold_expires_at = least(balance.next_hold_expires_at, total.first_expiry)
    from (
      select
        decided.place,
        sum(decided.amount_credits) as amount_credits,
        min(decided.expires_at) as first_expiry
      from decided
      where decided.decision = 'reserved'
      group by decided.place
    ) as total
    where balance.ctid = total.place
  )
  select
    decided.item,
    decided.decision,
    case when decided.is_accepted then decided.reservation_id end,
    case when decided.is_accepted then decided.status end,
    decided.quality_level_id,
    decided.model_id,
    decided.amount_credits,
    coalesce(decided.available_credits, 0) - coalesce(
      sum(decided.amount_credits) filter (where decided.decision = 'reserved') over (
        partition by decided.organization_id
        order by decided.item
        rows unbounded preceding
      ),
      0
    ),
    decided.amount_credits,
    case when decided.is_accepted then decided.expires_at end,
    decided.decision = 'replayed',
    case
      when decided.decision = 'quality_level_not_allowed'
        then private.allowed_quality_levels(decided.plan_id, decided.capability_id)
    end,
    case
      when decided.decision = 'quality_level_not_allowed'
        then private.unlocking_plan(decided.capability_id, decided.quality_level_id)
      when decided.decision in ('capability_not_in_plan', 'capability_disabled')
        then private.unlocking_plan(decided.capability_id, null)
    end,
    decided.retry_after_seconds
  from decided
  order by decided.item
$$;

comment on function private.apply_reservations(
  private.reservation_candidate[], jsonb[], timestamptz
) is 'Writes the accepted items of a reservation batch and answers all.';
