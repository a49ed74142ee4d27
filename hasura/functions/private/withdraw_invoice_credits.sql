/*
 * Brings what was withdrawn of an invoice's credits to what its refunds and disputes ask for, like
 * withdraw_purchase: cumulative, in the share of the money that is gone, of what the invoice's lines
 * gave. Called when money goes back and when a line is applied, so it does not matter which of them is
 * heard of first. The plan stays, and what was withdrawn is not given again by a change of the plan.
 * The caller holds the gate. Returns what was withdrawn now, negative for given again.
 */
create function private.withdraw_invoice_credits(
  p_organization_id uuid,
  p_invoice_id text,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actor constant jsonb := '{"kind": "stripe"}';
  v_invoice public.billing_invoices;
  v_plan public.plans;
  v_granted_credits numeric;
  v_grant_ids uuid[];
  v_difference_credits numeric;
  v_moved_credits numeric := 0;
  v_metadata jsonb;
begin
  select invoice.* into v_invoice
  from public.billing_invoices as invoice
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  if coalesce(v_invoice.amount_paid_usd, 0) = 0 or (
    v_invoice.refunded_usd = 0 and v_invoice.disputed_usd = 0
    and v_invoice.withdrawn_credits = 0 and v_invoice.unrecovered_credits = 0
  ) then
    return 0;
  end if;
  select plan.* into v_plan
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  select
    coalesce(sum(line.granted_credits), 0),
    array_agg(lot.id order by lot.created_at desc)
  into v_granted_credits, v_grant_ids
  from public.billing_invoice_lines as line
  join public.credit_grants as lot
    on lot.organization_id = line.organization_id and lot.transaction_id = line.transaction_id
  where line.organization_id = p_organization_id
    and line.invoice_id = p_invoice_id
    and line.granted_credits > 0;

  v_metadata := jsonb_build_object(
    'invoice_id', p_invoice_id,
    'refunded_usd', v_invoice.refunded_usd,
    'disputed_usd', v_invoice.disputed_usd
  );
  v_difference_credits := least(
    v_granted_credits,
    round(
      v_granted_credits * (v_invoice.refunded_usd + v_invoice.disputed_usd)
        / v_invoice.amount_paid_usd,
      2
    )
  ) - v_invoice.withdrawn_credits;
  if v_difference_credits > 0 then
    v_moved_credits := private.withdraw_credits(
      p_organization_id, v_grant_ids, v_difference_credits,
      case
        when v_invoice.refunded_usd > 0 and v_plan.refund_policy = 'debt'
          or v_invoice.disputed_usd > 0 and v_plan.dispute_policy = 'debt' then 'debt'
        else 'unspent_only'
      end,
      c_actor,
      case when v_invoice.disputed_usd > 0 then 'Payment disputed' else 'Payment refunded' end,
      v_metadata, p_at
    );
  elsif v_difference_credits < 0 then
    v_moved_credits := v_difference_credits;
    perform private.reinstate_credits(
      p_organization_id, v_grant_ids[1], -v_difference_credits, c_actor, 'Payment stands again',
      v_metadata, p_at
    );
  end if;
  update public.billing_invoices as invoice
  set
    withdrawn_credits = invoice.withdrawn_credits + v_moved_credits,
    unrecovered_credits = greatest(v_difference_credits - v_moved_credits, 0)
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_invoice_credits(uuid, text, timestamptz)
  is 'Withdraws or gives again what the money that went back of an invoice asks for.';
