/*
 * Gives an organization credits. Gate: its balance row. A debt is repaid first.
 * p_priority null is the default of the source (10 plan, 20 rollover, else 50); p_expires_at null is
 * never. Replay: the same key and request answers the first grant.
 *
 * Outcomes: granted, replayed, idempotency_conflict, unknown_organization, invalid_amount (also
 * zero), invalid_source, invalid_priority, invalid_expiry (not in the future), invalid_key.
 */
create function private.grant_credits(
  p_organization_id uuid,
  p_source text,
  p_amount_credits numeric,
  p_priority integer,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text
)
returns table (outcome text, grant_id uuid, transaction_id uuid, available_credits numeric)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_expires_at timestamptz := coalesce(p_expires_at, 'infinity');
  v_type text := case p_source
    when 'plan' then 'plan_allocation'
    when 'topup' then 'topup_purchase'
    when 'promo' then 'promo_bonus'
    when 'referral' then 'referral_bonus'
    when 'rollover' then 'rollover'
    when 'adjustment' then 'admin_adjustment'
    when 'refund' then 'refund'
  end;
  v_priority integer := coalesce(
    p_priority, case p_source when 'plan' then 10 when 'rollover' then 20 else 50 end
  );
  v_fingerprint bytea;
  v_existing public.credit_grants;
begin
  v_fingerprint := sha256(convert_to(
    concat_ws(
      e'\x1f', p_source, coalesce(trim_scale(p_amount_credits)::text, ''), v_priority,
      extract(epoch from v_expires_at)
    ),
    'UTF8'
  ));
  select existing.*
  into v_existing
  from public.credit_grants as existing
  where existing.organization_id = p_organization_id
    and existing.idempotency_key = p_idempotency_key;

  outcome := case
    when not exists (
      select
      from public.organization_credit_balances as balance
      where balance.organization_id = p_organization_id
    ) then 'unknown_organization'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when v_existing.request_fingerprint = v_fingerprint then 'replayed'
    when v_existing.id is not null then 'idempotency_conflict'
    when v_type is null then 'invalid_source'
    when (private.is_amount(p_amount_credits) and p_amount_credits > 0) is not true
      then 'invalid_amount'
    when v_priority not between 0 and 1000 then 'invalid_priority'
    when v_expires_at <= v_at then 'invalid_expiry'
    else 'granted'
  end;

  if outcome = 'granted' then
    select added.grant_id, added.transaction_id
    into grant_id, transaction_id
    from private.add_grant(
      p_organization_id, p_source, v_type, p_amount_credits, v_priority, v_expires_at, p_actor,
      p_reason, p_idempotency_key, v_fingerprint, v_at
    ) as added;
  elsif outcome = 'replayed' then
    grant_id := v_existing.id;
    transaction_id := v_existing.transaction_id;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.grant_credits(
  uuid, text, numeric, integer, timestamptz, jsonb, text, text
) is 'Gives an organization credits; repays its debt first.';

grant execute on function private.grant_credits(
  uuid, text, numeric, integer, timestamptz, jsonb, text, text
) to purser_api;
