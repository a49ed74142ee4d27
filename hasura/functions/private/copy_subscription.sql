/*
 * Copies the state of a subscription, as the payment provider told it just now, to its organization:
 * status, trial, and what waits for the end of the period. It moves no plan and no credits; paid lines
 * do. p_revision is what the organization's subscription_revision was before the provider was asked: a
 * copy that another one has overtaken is `stale`, and the caller asks again. Gate: the balance row.
 *
 * p_plan_id is the plan that the next period will be billed for. A smaller plan than the running one
 * waits, and during a trial any other; a better one is begun by its paid line. p_cancel_at is when the subscription will end: what was
 * paid stays until its own end, without grace. A subscription that has ended (canceled,
 * incomplete_expired) is taken off; on the free plan from the end of what was paid.
 *
 * Outcomes: copied, ended, stale, other_subscription (not the organization's), unknown_organization.
 */
create function private.copy_subscription(
  p_organization_id uuid,
  p_subscription_id text,
  p_revision bigint,
  p_status text,
  p_plan_id text,
  p_cancel_at timestamptz,
  p_trial_ends_at timestamptz
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_old public.org_plans;
  v_has_ended boolean := p_status in ('canceled', 'incomplete_expired');
  v_waits boolean;
begin
  select subscription.* into v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  if v_old.organization_id is null then
    return 'unknown_organization';
  elsif v_old.stripe_subscription_id is distinct from p_subscription_id then
    return 'other_subscription';
  elsif v_old.subscription_revision <> p_revision then
    return 'stale';
  end if;
  v_waits := coalesce(
    (
      select wanted.rank < running.rank or (p_status = 'trialing' and wanted.id <> running.id)
      from public.plans as wanted
      join public.plans as running on running.id = v_old.plan_id
      where wanted.id = p_plan_id
    ),
    false
  );

  update public.org_plans as subscription
  set
    status = case
      when v_has_ended then 'active'
      when p_status in ('active', 'trialing', 'past_due', 'paused') then p_status
      else 'unpaid'
    end,
    pending_plan_id = case
      when not v_has_ended and p_cancel_at is null and v_waits then p_plan_id
    end,
    pending_change_at = case
      when v_has_ended then v_old.period_end
      when p_cancel_at is not null then greatest(p_cancel_at, v_old.period_end)
      when v_waits then v_old.period_end
    end,
    trial_ends_at = case when p_status = 'trialing' then p_trial_ends_at end,
    stripe_subscription_id = case when not v_has_ended then p_subscription_id end,
    grace_ends_at = case when not v_has_ended then v_old.grace_ends_at end,
    subscription_revision = subscription.subscription_revision + 1,
    updated_at = v_at
  where subscription.organization_id = p_organization_id;
  perform private.expire_period_at(
    p_organization_id,
    case
      when v_has_ended or p_cancel_at <= v_old.period_end then v_old.period_end
      else v_old.grace_ends_at
    end,
    v_at
  );
  perform private.reset_organizations(array[p_organization_id], v_at);
  return case when v_has_ended then 'ended' else 'copied' end;
end
$$;

comment on function private.copy_subscription(
  uuid, text, bigint, text, text, timestamptz, timestamptz
) is 'Copies the state of a subscription at the payment provider to its organization.';

grant execute on function private.copy_subscription(
  uuid, text, bigint, text, text, timestamptz, timestamptz
) to purser_api;
