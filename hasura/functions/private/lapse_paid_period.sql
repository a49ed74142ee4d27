/*
 * An invoice line whose period was over when its payment became known. Its credits come and expire at
 * once, both with their row in the ledger, as if they had come in time and nobody had used them: a debt
 * is repaid, and what would have rolled over into the running period does. A line that changed the plan
 * of a period that is over gives nothing. The caller holds the gate.
 */
create function private.lapse_paid_period(
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
  v_credits numeric := 0;
  v_grant_id uuid;
  v_transaction_id uuid;
  v_rollover_credits numeric;
begin
  select subscription.* into strict v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  if p_line.kind = 'period' then
    select case
      when v_organization.plan_id = plan.id then v_organization.monthly_ai_credits
      else plan.monthly_ai_credits
    end
    into v_credits
    from public.plans as plan
    where plan.id = p_line.plan_id;
  end if;
  if v_credits > 0 then
    select added.grant_id, added.transaction_id
    into v_grant_id, v_transaction_id
    from private.add_grant(
      p_line.organization_id, 'plan', 'plan_allocation', v_credits, 10, 'infinity', null,
      private.line_description(p_line), null, null, p_at, private.line_payment(p_line)
    ) as added;
    update public.credit_grants as lot
    set
      effective_at = least(p_line.period_start, p_at - interval '1 microsecond'),
      expires_at = least(p_line.period_end, p_at)
    where lot.id = v_grant_id;
    update public.organization_credit_balances as balance
    set next_grant_expires_at = least(balance.next_grant_expires_at, p_at)
    where balance.organization_id = p_line.organization_id;
    perform private.expire_due_grants(array[p_line.organization_id], p_at);
    v_rollover_credits := private.late_rollover(p_line, v_organization, v_grant_id);
    if v_rollover_credits > 0 then
      perform private.add_grant(
        p_line.organization_id, 'rollover', 'rollover', v_rollover_credits, 20,
        v_organization.grace_ends_at, null, 'Unused credits of the period before', null, null, p_at
      );
    end if;
  end if;
  update public.billing_invoice_lines as line
  set
    status = 'lapsed', granted_credits = v_credits, transaction_id = v_transaction_id,
    applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.lapse_paid_period(public.billing_invoice_lines, timestamptz)
  is 'Records a paid period that was over: its credits come and expire at once.';
