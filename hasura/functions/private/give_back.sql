/*
 * Puts charged credits back where they came from: into the grant while it is good, else (it has
 * expired since, or the charge was overdraft) into a new grant that lives for 30 days. A debt is
 * repaid first. Writes the ledger row of the refund. The caller holds the gate and has validated.
 */
create function private.give_back(
  p_charge public.credit_transactions,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz,
  out grant_id uuid,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_source text := 'refund';
  v_expires_at timestamptz := p_at + interval '30 days';
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.*
  into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_charge.organization_id;
  v_repaid_credits := least(v_balance.debt_credits, p_amount_credits);
  v_kept_credits := p_amount_credits - v_repaid_credits;
  transaction_id := uuidv7();

  update public.credit_grants as lot
  set
    remaining_credits = lot.remaining_credits + v_kept_credits,
    repaid_debt_credits = lot.repaid_debt_credits + v_repaid_credits,
    closed_at = case when lot.remaining_credits + v_kept_credits = 0 then lot.closed_at end
  where lot.id = p_charge.grant_id and lot.expires_at > p_at
  returning lot.id, lot.source, lot.expires_at into grant_id, v_source, v_expires_at;

  if grant_id is null then
    v_source := 'refund';
    v_expires_at := p_at + interval '30 days';
    insert into public.credit_grants (
      organization_id, source, granted_credits, remaining_credits, repaid_debt_credits, priority,
      effective_at, expires_at, closed_at, reason, actor, transaction_id, created_at
    )
    values (
      p_charge.organization_id, v_source, p_amount_credits, v_kept_credits, v_repaid_credits, 50,
      p_at, v_expires_at, case when v_kept_credits = 0 then p_at end, p_reason, p_actor,
      transaction_id, p_at
    )
    returning id into grant_id;
  end if;

  insert into public.credit_transactions (
    id, organization_id, type, amount_credits, balance_after_credits, grant_id, reservation_id,
    capability_id, quality_level_id, model_id, user_id, actor, context, description, event_at
  )
  values (
    transaction_id, p_charge.organization_id, 'refund', p_amount_credits,
    v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits
      + p_amount_credits,
    grant_id, p_charge.reservation_id, p_charge.capability_id, p_charge.quality_level_id,
    p_charge.model_id, p_charge.user_id, p_actor,
    jsonb_build_object('refunded_transaction_id', p_charge.id), p_reason, p_at
  );
  update public.organization_credit_balances as balance
  set
    monthly_credits = balance.monthly_credits
      + case when v_source = 'plan' then v_kept_credits else 0 end,
    bonus_credits = balance.bonus_credits
      + case when v_source = 'plan' then 0 else v_kept_credits end,
    debt_credits = balance.debt_credits - v_repaid_credits,
    next_grant_expires_at = case
      when v_kept_credits > 0 then least(balance.next_grant_expires_at, v_expires_at)
      else balance.next_grant_expires_at
    end
  where balance.organization_id = p_charge.organization_id;
end
$$;

comment on function private.give_back(
  public.credit_transactions, numeric, jsonb, text, timestamptz
) is 'Puts charged credits back into their grant, or into a new one of 30 days.';
