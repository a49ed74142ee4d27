/*
 * How much rolls over from the running period into one of p_plan_id that begins now: what nobody used
 * of the plan's credits, as far as the old and the new plan allow. A trial rolls nothing over. The
 * caller holds the gate and has expired the old credits.
 */
create function private.rollover_due(p_organization_id uuid, p_plan_id text)
returns numeric
language sql
stable
as $$
  select coalesce(
    least(
      old_plan.rollover_credits,
      new_plan.rollover_credits,
      (
        select sum(old.expired_credits)
        from public.credit_grants as old
        where old.organization_id = subscription.organization_id
          and old.source = 'plan'
          -- Credits of a paid period begin when its payment is applied, others when it does.
          and old.effective_at
            >= coalesce(begun.applied_at, subscription.period_start) - interval '1 microsecond'
      )
    ),
    0
  )
  from public.org_plans as subscription
  join public.plans as old_plan on old_plan.id = subscription.plan_id
  join public.plans as new_plan on new_plan.id = p_plan_id
  left join public.billing_invoice_lines as begun
    on begun.organization_id = subscription.organization_id
    and begun.id = subscription.period_line_id
  where subscription.organization_id = p_organization_id
    and begun.kind is distinct from 'trial'
$$;

comment on function private.rollover_due(uuid, text)
  is 'How many unused credits of the running period roll over into the next.';
