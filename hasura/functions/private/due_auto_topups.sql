/*
 * Job: organizations that may need an automatic purchase, in the order of their ids from a place on.
 * A cheap look without locks; claim_auto_topup() decides.
 */
create function private.due_auto_topups(p_limit integer, p_after_organization_id uuid)
returns table (organization_id uuid)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select setting.organization_id
  from public.billing_settings as setting
  join public.organization_credit_balances as balance
    on balance.organization_id = setting.organization_id
  where setting.auto_topup_enabled
    and setting.auto_topup_stopped_reason is null
    and setting.organization_id > p_after_organization_id
    and balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits < setting.auto_topup_threshold_credits
  order by setting.organization_id
  limit p_limit
$$;

comment on function private.due_auto_topups(integer, uuid)
  is 'Job: organizations that may need an automatic purchase.';

grant execute on function private.due_auto_topups(integer, uuid) to purser_api;
