/*
 * Takes credits back because the money for them is gone. Policy unspent_only: what is left of the
 * grants named. Policy debt: also other credits, the latest first, and what is missing then becomes
 * a debt, which the next grant repays. Open holds keep what they need under either policy: while any
 * credit is held there is no new debt, so that a debt never stands beside credits. One ledger row a
 * grant, of type admin_adjustment. The caller holds the gate. Returns how much was taken.
 */
create function private.withdraw_credits(
  p_organization_id uuid,
  p_grant_ids uuid[],
  p_amount_credits numeric,
  p_policy text,
  p_actor jsonb,
  p_reason text,
  p_payment_metadata jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_lot record;
  v_posted_credits numeric;
  v_left_credits numeric;
  v_take_credits numeric;
  v_taken_credits numeric := 0;
  v_debt_credits numeric := 0;
  v_lots_credits numeric := 0;
begin
  select balance.* into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  v_posted_credits := v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits;
  v_left_credits := least(
    p_amount_credits, greatest(v_posted_credits - v_balance.reserved_credits, 0)
  );

  for v_lot in
    select lot.id, lot.source, lot.remaining_credits
    from public.credit_grants as lot
    where lot.organization_id = p_organization_id
      and not lot.is_used_up
      and lot.closed_at is null
      and (p_policy = 'debt' or lot.id = any (p_grant_ids))
    order by lot.id = any (p_grant_ids) desc, lot.created_at desc, lot.id desc
  loop
    exit when v_left_credits <= 0;
    v_take_credits := least(v_lot.remaining_credits, v_left_credits);
    v_left_credits := v_left_credits - v_take_credits;
    v_taken_credits := v_taken_credits + v_take_credits;
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - v_take_credits,
      closed_at = case when lot.remaining_credits = v_take_credits then p_at end
    where lot.id = v_lot.id;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', -v_take_credits, v_posted_credits - v_taken_credits,
      v_lot.id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        - case when v_lot.source = 'plan' then v_take_credits else 0 end,
      bonus_credits = balance.bonus_credits
        - case when v_lot.source = 'plan' then 0 else v_take_credits end
    where balance.organization_id = p_organization_id
    returning balance.monthly_credits + balance.bonus_credits into v_lots_credits;
  end loop;

  if v_taken_credits = 0 then
    v_lots_credits := v_balance.monthly_credits + v_balance.bonus_credits;
  end if;
  if p_policy = 'debt' and v_lots_credits = 0 and v_taken_credits < p_amount_credits then
    v_debt_credits := p_amount_credits - v_taken_credits;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', -v_debt_credits,
      v_posted_credits - v_taken_credits - v_debt_credits, p_actor, left(p_reason, 500),
      p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set debt_credits = balance.debt_credits + v_debt_credits
    where balance.organization_id = p_organization_id;
  end if;
  return v_taken_credits + v_debt_credits;
end
$$;

comment on function private.withdraw_credits(
  uuid, uuid[], numeric, text, jsonb, text, jsonb, timestamptz
) is 'Takes credits back whose money is gone, but not what open holds need.';
