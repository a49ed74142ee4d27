/*
 * Writes a plan and its terms into an organization's subscription and balance. No credits move, and what
 * is pending stays. The caller holds the gate.
 */
create function private.put_on_plan(
  p_organization_id uuid,
  p_plan public.plans,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.org_plans as subscription
  set
    plan_id = p_plan.id,
    monthly_ai_credits = p_plan.monthly_ai_credits,
    overdraft_credits = p_plan.overdraft_credits,
    updated_at = p_at
  where subscription.organization_id = p_organization_id;
  update public.organization_credit_balances as balance
  set overdraft_credits = p_plan.overdraft_credits
  where balance.organization_id = p_organization_id;
$$;

comment on function private.put_on_plan(uuid, public.plans, timestamptz)
  is 'Writes a plan and its terms into an organization''s subscription; moves no credits.';
