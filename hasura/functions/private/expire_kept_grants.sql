/*
 * After a hold ended: takes away what an expired grant kept for it, and returns what is available
 * then; 0 for an organization that has no account. The caller holds the gate.
 */
create function private.expire_kept_grants(p_organization_id uuid, p_at timestamptz)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.expire_due_grants(array[p_organization_id], p_at);
  return coalesce(
    (
      select
        balance.monthly_credits + balance.bonus_credits - balance.debt_credits
          - balance.reserved_credits
      from public.organization_credit_balances as balance
      where balance.organization_id = p_organization_id
    ),
    0
  );
end
$$;

comment on function private.expire_kept_grants(uuid, timestamptz)
  is 'Expires what was kept for holds that ended; returns the available credits.';
