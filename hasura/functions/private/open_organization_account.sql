/*
 * A new organization has an account at once, in its own transaction: the free plan, a balance row
 * and the first monthly credits with their ledger row. So there is no first request that finds
 * nothing, and no race about who creates the row.
 */
create function private.open_organization_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_anchor_day integer := extract(day from v_at at time zone 'UTC');
  v_period_end timestamptz := private.next_period_start(v_at, v_anchor_day, 'UTC');
  v_plan public.plans;
begin
  select plan.* into v_plan from public.plans as plan where plan.id = 'free';
  if not found then
    raise exception 'there is no plan "free": apply the seeds' using errcode = 'LG005';
  end if;

  insert into public.org_plans (
    organization_id, plan_id, monthly_ai_credits, overdraft_credits, period_start, period_end,
    anchor_day, period_granted_credits, created_at, updated_at
  )
  values (
    new.id, v_plan.id, v_plan.monthly_ai_credits, v_plan.overdraft_credits, v_at, v_period_end,
    v_anchor_day, v_plan.monthly_ai_credits, v_at, v_at
  );
  insert into public.organization_credit_balances
    (organization_id, overdraft_credits, period_start, period_end)
  values (new.id, v_plan.overdraft_credits, v_at, v_period_end);

  if v_plan.monthly_ai_credits > 0 then
    perform private.add_grant(
      new.id, 'plan', 'plan_allocation', v_plan.monthly_ai_credits, 10, v_period_end,
      null, 'First period', null, null, v_at
    );
  end if;
  return null;
end
$$;

comment on function private.open_organization_account()
  is 'Trigger: opens plan, balance and first grant of a new organization.';

create trigger open_organization_account
after insert on auth.organizations
for each row execute function private.open_organization_account();
