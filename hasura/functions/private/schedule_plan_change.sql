/*
 * Schedules a smaller plan, or with "free" the end of the plan, for the end of the period; null takes
 * back what was scheduled. Only for an organization that is not billed: for others the payment
 * provider is asked, and its answer copied. A subscription that has ended is not taken up again by this:
 * what was paid runs out. Gate: the balance row.
 *
 * Outcomes: scheduled, undone, unchanged, billed, subscription_ended, not_smaller, unknown_plan,
 * unknown_organization.
 */
create function private.schedule_plan_change(p_organization_id uuid, p_plan_id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_old public.org_plans;
  v_rank integer;
  v_old_rank integer;
  v_pending_plan_id text := nullif(p_plan_id, 'free');
begin
  select subscription.* into v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.rank into v_rank
  from public.plans as plan
  where plan.id = p_plan_id and plan.is_active;
  select plan.rank into v_old_rank from public.plans as plan where plan.id = v_old.plan_id;

  if v_old.organization_id is null then
    return 'unknown_organization';
  elsif v_old.stripe_subscription_id is not null then
    return 'billed';
  elsif v_old.period_line_id is not null then
    return 'subscription_ended';
  elsif p_plan_id is not null and v_rank is null then
    return 'unknown_plan';
  elsif v_rank >= v_old_rank then
    return 'not_smaller';
  elsif (p_plan_id is null) = (v_old.pending_change_at is null)
    and v_old.pending_plan_id is not distinct from v_pending_plan_id then
    return 'unchanged';
  end if;
  update public.org_plans as subscription
  set
    pending_plan_id = v_pending_plan_id,
    pending_change_at = case when p_plan_id is not null then v_old.period_end end,
    updated_at = v_at
  where subscription.organization_id = p_organization_id;
  return case when p_plan_id is null then 'undone' else 'scheduled' end;
end
$$;

comment on function private.schedule_plan_change(uuid, text)
  is 'Schedules a smaller plan for the end of the period, or takes it back; not for billed ones.';

grant execute on function private.schedule_plan_change(uuid, text) to purser_api;
