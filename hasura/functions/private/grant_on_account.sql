/*
 * Gives credits on account when a hold of p_required_credits does not fit: a block of 100 at least,
 * as far as the limit of the period allows, and none that would not make the hold fit. The purchase
 * is the row that goes onto the next invoice. Gate: the balance row, so that of many callers who
 * missed credits at the same time, the first gets the block and the others find enough.
 *
 * Outcomes: granted, enough (try again), off, limit_reached, not_allowed (the plan, no subscription,
 * or it is not paid: what is owed comes first).
 */
create function private.grant_on_account(p_organization_id uuid, p_required_credits numeric)
returns table (outcome text, granted_credits numeric, purchase_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_block_credits constant numeric := 100;
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_missing_credits numeric := p_required_credits
    - private.expire_kept_grants(p_organization_id, v_at);
  v_account record;
  v_key text := 'pay_as_you_go ' || uuidv7();
  v_purchase public.credit_purchases;
begin
  select account.* into v_account from private.credits_on_account(p_organization_id) as account;
  granted_credits := 0;
  outcome := case
    when v_missing_credits <= 0 then 'enough'
    when v_account.refusal is not null then v_account.refusal
    when v_missing_credits > v_account.left_credits then 'limit_reached'
    else 'granted'
  end;

  if outcome = 'granted' then
    granted_credits := least(v_account.left_credits, greatest(v_missing_credits, c_block_credits));
    insert into public.credit_purchases as given (
      organization_id, kind, credits, price_usd, status, actor, idempotency_key,
      request_fingerprint, created_at
    )
    values (
      p_organization_id, 'pay_as_you_go', granted_credits,
      greatest(round(granted_credits * v_account.credit_price_usd, 2), 0.01),
      'processing', '{"kind": "pay_as_you_go"}', v_key, sha256(convert_to(v_key, 'UTF8')), v_at
    )
    returning given.* into v_purchase;
    purchase_id := v_purchase.id;
    update public.credit_purchases as given
    set (grant_id, transaction_id) = (
      select added.grant_id, added.transaction_id
      from private.add_purchase_grant(v_purchase, '{}', v_at) as added
    )
    where given.organization_id = p_organization_id and given.id = v_purchase.id;
  end if;
  return next;
end
$$;

comment on function private.grant_on_account(uuid, numeric)
  is 'Gives credits on account when a hold does not fit, up to the limit of the period.';

grant execute on function private.grant_on_account(uuid, numeric) to purser_api;
