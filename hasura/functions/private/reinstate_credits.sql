/*
 * Gives credits again that were taken back: into their grant as far as it has room and is good, the
 * rest as a new grant without expiry. A debt is repaid first. Ledger rows of type admin_adjustment.
 * The caller holds the gate.
 */
create function private.reinstate_credits(
  p_organization_id uuid,
  p_grant_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_payment_metadata jsonb,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_lot public.credit_grants;
  v_credits numeric;
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.* into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  select lot.* into v_lot
  from public.credit_grants as lot
  where lot.id = p_grant_id and lot.expires_at > p_at;
  v_credits := least(
    p_amount_credits,
    coalesce(v_lot.granted_credits - v_lot.repaid_debt_credits - v_lot.remaining_credits, 0)
  );

  if v_credits > 0 then
    v_repaid_credits := least(v_balance.debt_credits, v_credits);
    v_kept_credits := v_credits - v_repaid_credits;
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits + v_kept_credits,
      repaid_debt_credits = lot.repaid_debt_credits + v_repaid_credits,
      closed_at = case when lot.remaining_credits + v_kept_credits = 0 then lot.closed_at end
    where lot.id = p_grant_id;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', v_credits,
      v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits + v_credits,
      p_grant_id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        + case when v_lot.source = 'plan' then v_kept_credits else 0 end,
      bonus_credits = balance.bonus_credits
        + case when v_lot.source = 'plan' then 0 else v_kept_credits end,
      debt_credits = balance.debt_credits - v_repaid_credits,
      next_grant_expires_at = case
        when v_kept_credits > 0 then least(balance.next_grant_expires_at, v_lot.expires_at)
        else balance.next_grant_expires_at
      end
    where balance.organization_id = p_organization_id;
  end if;

  if v_credits < p_amount_credits then
    perform private.add_grant(
      p_organization_id, 'adjustment', 'admin_adjustment', p_amount_credits - v_credits, 50,
      'infinity', p_actor, p_reason, null, null, p_at, p_payment_metadata
    );
  end if;
end
$$;

comment on function private.reinstate_credits(
  uuid, uuid, numeric, jsonb, text, jsonb, timestamptz
) is 'Gives credits again that were taken back; repays debt first.';
