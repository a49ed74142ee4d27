/*
 * Adds a lot of credits with its ledger row. A debt is repaid first, out of the new credits. The
 * caller holds the gate and has validated. Returns the ids of the grant and of its ledger row.
 */
create function private.add_grant(
  p_organization_id uuid,
  p_source text,
  p_type text,
  p_amount_credits numeric,
  p_priority integer,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text,
  p_request_fingerprint bytea,
  p_at timestamptz,
  p_payment_metadata jsonb default null,
  out grant_id uuid,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.*
  into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  v_repaid_credits := least(v_balance.debt_credits, p_amount_credits);
  v_kept_credits := p_amount_credits - v_repaid_credits;
  transaction_id := uuidv7();

  insert into public.credit_grants (
    organization_id, source, granted_credits, remaining_credits, repaid_debt_credits, priority,
    effective_at, expires_at, closed_at, idempotency_key, request_fingerprint, reason, actor,
    transaction_id, created_at
  )
  values (
    p_organization_id, p_source, p_amount_credits, v_kept_credits, v_repaid_credits, p_priority,
    p_at, p_expires_at, case when v_kept_credits = 0 then p_at end, p_idempotency_key,
    p_request_fingerprint, left(p_reason, 500), p_actor, transaction_id, p_at
  )
  returning id into grant_id;

  insert into public.credit_transactions (
    id, organization_id, type, amount_credits, balance_after_credits, grant_id, actor,
    description, payment_metadata, event_at
  )
  values (
    transaction_id, p_organization_id, p_type, p_amount_credits,
    v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits
      + p_amount_credits,
    grant_id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
  );

  update public.organization_credit_balances as balance
  set
    monthly_credits = balance.monthly_credits
      + case when p_source = 'plan' then v_kept_credits else 0 end,
    bonus_credits = balance.bonus_credits
      + case when p_source = 'plan' then 0 else v_kept_credits end,
    debt_credits = balance.debt_credits - v_repaid_credits,
    next_grant_expires_at = case
      when v_kept_credits > 0 then least(balance.next_grant_expires_at, p_expires_at)
      else balance.next_grant_expires_at
    end
  where balance.organization_id = p_organization_id;
end
$$;

comment on function private.add_grant(
  uuid, text, text, numeric, integer, timestamptz, jsonb, text, text, bytea, timestamptz, jsonb
) is 'Adds a lot of credits with its ledger row; repays debt first.';
