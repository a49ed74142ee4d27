/*
 * What still rolls over into the running period from a period whose payment came after the running one
 * had begun: as much as nobody used and both plans allow, less what has rolled over before. 0 unless
 * the running period is the billed one that follows. The caller holds the gate.
 */
create function private.late_rollover(
  p_line public.billing_invoice_lines,
  p_organization public.org_plans,
  p_grant_id uuid
)
returns numeric
language sql
stable
as $$
  select coalesce(
    greatest(
      least(late_plan.rollover_credits, running_plan.rollover_credits, lapsed.expired_credits)
        - (
          select coalesce(sum(rolled.granted_credits), 0)
          from public.credit_grants as rolled
          where rolled.organization_id = p_line.organization_id
            and rolled.source = 'rollover'
            and rolled.effective_at >= begun.applied_at
        ),
      0
    ),
    0
  )
  from public.plans as late_plan
  join public.plans as running_plan on running_plan.id = p_organization.plan_id
  join public.credit_grants as lapsed on lapsed.id = p_grant_id
  join public.billing_invoice_lines as begun
    on begun.organization_id = p_line.organization_id
    and begun.id = p_organization.period_line_id
  where late_plan.id = p_line.plan_id
    and p_organization.stripe_subscription_id = p_line.stripe_subscription_id
    and p_organization.period_start = p_line.period_end
  union all
  select 0
  limit 1
$$;

comment on function private.late_rollover(
  public.billing_invoice_lines, public.org_plans, uuid
) is 'What still rolls over from a period that was paid for late.';
