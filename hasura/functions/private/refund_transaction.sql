/*
 * Gives back a charge, an ai_consumption row of the ledger, in part or whole; p_amount_credits null
 * is all that is left of it. However often it is called, never more than was charged. The credits
 * return to the grant they came from, see give_back(). What the organization used stays used: a
 * refund is a gesture, not a correction of the statistics.
 *
 * Gate: the balance row of the organization that was charged. Replay: the same key and request of an
 * organization answers the first refund; `refundable_credits` is what is left of the charge now.
 *
 * Outcomes: refunded, replayed, idempotency_conflict, transaction_not_found, not_refundable (not a
 * charge), invalid_amount (also zero), exceeds_charge (more than is left of it), invalid_key.
 */
create function private.refund_transaction(
  p_transaction_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text
)
returns table (
  outcome text,
  organization_id uuid,
  grant_id uuid,
  transaction_id uuid,
  refunded_credits numeric,
  refundable_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_charge public.credit_transactions;
  v_existing public.credit_refunds;
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(
      e'\x1f', p_transaction_id, coalesce(trim_scale(p_amount_credits)::text, ''),
      coalesce(p_reason, '')
    ),
    'UTF8'
  ));
  v_at timestamptz;
  v_left_credits numeric;
begin
  -- Rows of the ledger never change, so this one may be read before the gate.
  select entry.* into v_charge
  from public.credit_transactions as entry
  where entry.id = p_transaction_id;
  organization_id := v_charge.organization_id;
  v_at := private.lock_balances(array[organization_id]);

  select existing.* into v_existing
  from public.credit_refunds as existing
  where existing.organization_id = v_charge.organization_id
    and existing.idempotency_key = p_idempotency_key;
  v_left_credits := -v_charge.amount_credits - coalesce(
    (
      select sum(earlier.amount_credits)
      from public.credit_refunds as earlier
      where earlier.organization_id = v_charge.organization_id
        and earlier.transaction_id = p_transaction_id
    ),
    0
  );
  refunded_credits := coalesce(p_amount_credits, v_left_credits);
  outcome := case
    when v_charge.id is null then 'transaction_not_found'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when v_existing.request_fingerprint = v_fingerprint then 'replayed'
    when v_existing.id is not null then 'idempotency_conflict'
    when v_charge.type <> 'ai_consumption' then 'not_refundable'
    when p_amount_credits is not null
      and (private.is_amount(p_amount_credits) and p_amount_credits > 0) is not true
      then 'invalid_amount'
    when v_left_credits = 0 or refunded_credits > v_left_credits then 'exceeds_charge'
    else 'refunded'
  end;

  if outcome = 'refunded' then
    select given.grant_id, given.transaction_id into grant_id, transaction_id
    from private.give_back(
      v_charge, refunded_credits, p_actor, left(p_reason, 500), v_at
    ) as given;
    insert into public.credit_refunds (
      organization_id, transaction_id, reservation_id, amount_credits, grant_id,
      refund_transaction_id, idempotency_key, request_fingerprint, reason, actor, created_at
    )
    values (
      organization_id, p_transaction_id, v_charge.reservation_id, refunded_credits, grant_id,
      transaction_id, p_idempotency_key, v_fingerprint, left(p_reason, 500), p_actor, v_at
    );
    v_left_credits := v_left_credits - refunded_credits;
  else
    refunded_credits := case when outcome = 'replayed' then v_existing.amount_credits else 0 end;
    grant_id := v_existing.grant_id;
    transaction_id := v_existing.refund_transaction_id;
  end if;
  refundable_credits := case when v_charge.type = 'ai_consumption' then v_left_credits else 0 end;
  available_credits := private.expire_kept_grants(organization_id, v_at);
  return next;
end
$$;

comment on function private.refund_transaction(uuid, numeric, jsonb, text, text)
  is 'Gives a charge back in part or whole, to the grants it came from.';

grant execute on function private.refund_transaction(uuid, numeric, jsonb, text, text) to purser_api;
