/*
 * Writes the period of an invoice line into the organization's subscription. The day of the month is
 * kept when a period follows the one before, so that 31 January, 28 February, 31 March remember the 31
 * when the organization is not billed any more. A pending change that is due by then is done with.
 * The caller holds the gate.
 */
create function private.move_to_paid_period(
  p_line public.billing_invoice_lines,
  p_old public.org_plans,
  p_plan public.plans,
  p_grace_ends_at timestamptz,
  p_granted_credits numeric,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.org_plans as subscription
  set
    plan_id = p_plan.id,
    monthly_ai_credits = case
      when p_old.plan_id = p_plan.id then p_old.monthly_ai_credits else p_plan.monthly_ai_credits
    end,
    overdraft_credits = case
      when p_old.plan_id = p_plan.id then p_old.overdraft_credits else p_plan.overdraft_credits
    end,
    status = case when p_line.kind = 'trial' then 'trialing' else 'active' end,
    period_start = p_line.period_start,
    period_end = p_line.period_end,
    anchor_day = case
      when p_old.period_end = p_line.period_start
        then greatest(p_old.anchor_day, started.day)
      else started.day
    end,
    pending_plan_id = case
      when p_old.pending_change_at > p_line.period_start then p_old.pending_plan_id
    end,
    pending_change_at = case
      when p_old.pending_change_at > p_line.period_start then p_old.pending_change_at
    end,
    stripe_subscription_id = p_line.stripe_subscription_id,
    period_line_id = p_line.id,
    period_granted_credits = p_granted_credits,
    grace_ends_at = p_grace_ends_at,
    trial_ends_at = case when p_line.kind = 'trial' then p_line.period_end end,
    trial_used_at = case
      when p_line.kind = 'trial' then coalesce(p_old.trial_used_at, p_at) else p_old.trial_used_at
    end,
    updated_at = p_at
  from (
    select extract(day from p_line.period_start at time zone p_old.time_zone)::integer as day
  ) as started
  where subscription.organization_id = p_line.organization_id
$$;

comment on function private.move_to_paid_period(
  public.billing_invoice_lines, public.org_plans, public.plans, timestamptz, numeric, timestamptz
) is 'Writes the period of an invoice line into the organization''s subscription.';
