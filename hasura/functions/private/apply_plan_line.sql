/*
 * Applies an invoice line that paid for the rest of the running period on another plan. Of all such
 * lines of the period the one that begins last says which plan it is, whatever the order in which they
 * come, and the credits are brought to what they are worth together. The caller holds the gate.
 */
create function private.apply_plan_line(
  p_line public.billing_invoice_lines,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization public.org_plans;
  v_plan public.plans;
  v_adjustment record;
begin
  select subscription.* into strict v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  update public.billing_invoice_lines as line
  set status = 'applied', period_line_id = v_organization.period_line_id, applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;

  select plan.* into strict v_plan
  from public.billing_invoice_lines as latest
  join public.plans as plan on plan.id = latest.plan_id
  where latest.organization_id = p_line.organization_id
    and latest.period_line_id = v_organization.period_line_id
    and latest.kind = 'change'
  order by latest.period_start desc, latest.created_at desc, latest.id desc
  limit 1;
  if v_plan.id <> v_organization.plan_id then
    perform private.put_on_plan(p_line.organization_id, v_plan, p_at);
    update public.org_plans as subscription
    set grace_ends_at = subscription.period_end + make_interval(days => v_plan.grace_days)
    where subscription.organization_id = p_line.organization_id
      and subscription.stripe_subscription_id is not null
    returning subscription.grace_ends_at into v_organization.grace_ends_at;
  end if;

  v_adjustment := private.adjust_plan_credits(
    p_line.organization_id,
    private.period_worth(p_line.organization_id, v_organization.period_line_id),
    coalesce(v_organization.grace_ends_at, v_organization.period_end),
    null, private.line_description(p_line), p_at, private.line_payment(p_line)
  );
  update public.billing_invoice_lines as line
  set
    granted_credits = v_adjustment.adjusted_credits,
    transaction_id = v_adjustment.transaction_id
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.apply_plan_line(public.billing_invoice_lines, timestamptz)
  is 'Applies a line that paid for the rest of the running period on another plan.';
