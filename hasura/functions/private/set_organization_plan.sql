/*
 * Changes the plan of an organization at once. Gate: its balance row. What the month is worth more
 * is granted until the period ends; what it is worth less is taken from unused plan credits, but
 * never what open holds need. Used credits stay used, and a plan that is taken up again gives back
 * only what was taken. A pending change is dropped.
 *
 * Outcomes: changed, unchanged, unknown_organization, unknown_plan.
 */
create function private.set_organization_plan(
  p_organization_id uuid,
  p_plan_id text,
  p_actor jsonb
)
returns table (outcome text, plan_id text, adjusted_credits numeric, available_credits numeric)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_subscription public.org_plans;
  v_plan public.plans;
begin
  select subscription.*
  into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.* into v_plan from public.plans as plan where plan.id = p_plan_id;
  adjusted_credits := 0;
  plan_id := v_subscription.plan_id;

  if v_subscription.organization_id is null then
    outcome := 'unknown_organization';
  elsif v_plan.id is null then
    outcome := 'unknown_plan';
  elsif v_plan.id = v_subscription.plan_id and v_subscription.pending_change_at is null then
    outcome := 'unchanged';
  else
    outcome := 'changed';
    plan_id := v_plan.id;
    perform private.put_on_plan(p_organization_id, v_plan, v_at);
    update public.org_plans as subscription
    set pending_plan_id = null, pending_change_at = null
    where subscription.organization_id = p_organization_id;
    adjusted_credits := (
      select adjusted.adjusted_credits
      from private.adjust_plan_credits(
        p_organization_id, v_plan.monthly_ai_credits, v_subscription.period_end, p_actor,
        format('Plan changed from %s to %s', v_subscription.plan_id, v_plan.id), v_at
      ) as adjusted
    );
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.set_organization_plan(uuid, text, jsonb)
  is 'Changes the plan of an organization at once, with the credits of the rest of the period.';

grant execute on function private.set_organization_plan(uuid, text, jsonb) to purser_api;
