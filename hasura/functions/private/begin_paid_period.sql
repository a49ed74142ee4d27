/*
 * Begins the period that an invoice line paid for: what is left of the old period expires, what the
 * plans allow rolls over, and the month's credits are granted; a trial grants its own credits, once an
 * organization. A billed organization has one subscription: the line's becomes it.
 *
 * Nothing is taken before its time: credits of a period that another subscription paid for stay until
 * that period ends. New credits begin to count now, however late the payment came, so what was used
 * since the period's first moment was used from the old ones. The caller holds the gate.
 */
create function private.begin_paid_period(
  p_line public.billing_invoice_lines,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old public.org_plans;
  v_old_line public.billing_invoice_lines;
  v_plan public.plans;
  v_is_trial boolean := p_line.kind = 'trial';
  v_grace_ends_at timestamptz;
  v_counts_from timestamptz := case
    when p_at < p_line.period_end then p_at else p_line.period_start
  end;
  v_credits numeric;
  v_rollover_credits numeric := 0;
  v_transaction_id uuid;
begin
  select subscription.* into strict v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  select earlier.* into v_old_line
  from public.billing_invoice_lines as earlier
  where earlier.organization_id = v_old.organization_id and earlier.id = v_old.period_line_id;
  select plan.* into strict v_plan from public.plans as plan where plan.id = p_line.plan_id;
  v_grace_ends_at := p_line.period_end + make_interval(days => v_plan.grace_days);
  v_credits := case
    when v_is_trial and v_old.trial_used_at is not null then 0
    when v_is_trial then v_plan.trial_credits
    -- As agreed when the organization subscribed.
    when v_old.plan_id = p_line.plan_id then v_old.monthly_ai_credits
    else v_plan.monthly_ai_credits
  end;

  if v_old_line.stripe_subscription_id is null
    or v_old_line.stripe_subscription_id = p_line.stripe_subscription_id then
    perform private.expire_period_at(p_line.organization_id, p_at, p_at);
    perform private.expire_due_grants(array[p_line.organization_id], p_at);
    v_rollover_credits := private.rollover_due(p_line.organization_id, p_line.plan_id);
  end if;

  perform private.move_to_paid_period(p_line, v_old, v_plan, v_grace_ends_at, v_credits, p_at);
  update public.organization_credit_balances as balance
  set
    overdraft_credits = v_plan.overdraft_credits,
    used_credits = private.charged_since(p_line.organization_id, v_counts_from),
    period_start = v_counts_from,
    period_end = p_line.period_end
  where balance.organization_id = p_line.organization_id;

  if v_rollover_credits > 0 then
    perform private.add_grant(
      p_line.organization_id, 'rollover', 'rollover', v_rollover_credits, 20, v_grace_ends_at, null,
      'Unused credits of the period before', null, null, p_at
    );
  end if;
  if v_credits > 0 then
    v_transaction_id := (
      select added.transaction_id
      from private.add_grant(
        p_line.organization_id, 'plan', 'plan_allocation', v_credits, 10, v_grace_ends_at, null,
        private.line_description(p_line), null, null, p_at, private.line_payment(p_line)
      ) as added
    );
  end if;
  update public.billing_invoice_lines as line
  set
    status = 'applied', period_line_id = line.id, granted_credits = v_credits,
    transaction_id = v_transaction_id, applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.begin_paid_period(public.billing_invoice_lines, timestamptz)
  is 'Begins the period that an invoice line paid for, with its credits.';
