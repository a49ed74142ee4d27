/*
 * Applies a paid invoice line of a subscription, once: the key is the line. What it does to plan and
 * credits depends on its own period and on the lines that came before, not on when or how often it
 * comes: a line for a later period waits in the table until that begins, one for a period that is over
 * is recorded and its credits expire at once (see start_paid_periods). Gate: the balance row.
 *
 * Outcomes: applied, waiting, lapsed, unknown_organization, unknown_plan, invalid_period,
 * other_subscription (the organization has another one; nothing is recorded). A replay answers what
 * became of the line, with `replayed`.
 */
create function private.apply_paid_invoice_line(
  p_organization_id uuid,
  p_line_id text,
  p_invoice_id text,
  p_subscription_id text,
  p_plan_id text,
  p_kind text,
  p_period_start timestamptz,
  p_period_end timestamptz,
  p_amount_usd numeric
)
returns table (
  outcome text,
  replayed boolean,
  granted_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_organization public.org_plans;
begin
  select subscription.* into v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  replayed := exists (
    select
    from public.billing_invoice_lines as line
    where line.organization_id = p_organization_id and line.id = p_line_id
  );
  outcome := case
    when v_organization.organization_id is null then 'unknown_organization'
    when replayed then 'replayed'
    when not exists (select from public.plans as plan where plan.id = p_plan_id)
      then 'unknown_plan'
    when p_period_end <= p_period_start then 'invalid_period'
    when v_organization.stripe_subscription_id <> p_subscription_id then 'other_subscription'
  end;

  if outcome is null then
    insert into public.billing_invoice_lines (
      organization_id, id, invoice_id, stripe_subscription_id, plan_id, kind, period_start,
      period_end, amount_usd, status, created_at
    )
    values (
      p_organization_id, p_line_id, p_invoice_id, p_subscription_id, p_plan_id, p_kind,
      p_period_start, p_period_end, p_amount_usd, 'waiting', v_at
    );
    while private.start_paid_periods(array[p_organization_id], v_at) > 0 loop
      null;
    end loop;
  end if;
  granted_credits := 0;
  if outcome is null or replayed then
    select line.status, line.granted_credits
    into outcome, granted_credits
    from public.billing_invoice_lines as line
    where line.organization_id = p_organization_id and line.id = p_line_id;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.apply_paid_invoice_line(
  uuid, text, text, text, text, text, timestamptz, timestamptz, numeric
) is 'Applies a paid invoice line of a subscription, once.';

grant execute on function private.apply_paid_invoice_line(
  uuid, text, text, text, text, text, timestamptz, timestamptz, numeric
) to purser_api;
