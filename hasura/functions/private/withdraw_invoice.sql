/*
 * Brings what was withdrawn of an invoice's credits to what its refunds and disputes ask for, like
 * withdraw_purchase: cumulative, in the share of the money that is gone, of what the invoice's lines
 * gave. The plan stays, and what was withdrawn is not given again by a change of the plan. p_state is
 * {refunds, disputes} as the payment provider has them now. Gate: the balance row. Returns what was
 * withdrawn now, negative for given again.
 */
create function private.withdraw_invoice(
  p_organization_id uuid,
  p_invoice_id text,
  p_state jsonb
)
returns numeric
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actor constant jsonb := '{"kind": "stripe"}';
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_refunded_usd numeric := private.record_stripe_refunds(
    p_organization_id, null, p_invoice_id, p_state -> 'refunds', v_at
  );
  v_disputed_usd numeric := private.record_stripe_disputes(
    p_organization_id, null, p_invoice_id, p_state -> 'disputes', v_at
  );
  v_invoice public.billing_invoices;
  v_plan public.plans;
  v_granted_credits numeric;
  v_grant_ids uuid[];
  v_difference_credits numeric;
  v_moved_credits numeric := 0;
  v_metadata jsonb := jsonb_build_object(
    'invoice_id', p_invoice_id, 'refunded_usd', v_refunded_usd, 'disputed_usd', v_disputed_usd
  );
begin
  select invoice.* into v_invoice
  from public.billing_invoices as invoice
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
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
  if coalesce(v_invoice.amount_paid_usd, 0) = 0 then
    return 0;
  end if;

  v_difference_credits := least(
    v_granted_credits,
    round(v_granted_credits * (v_refunded_usd + v_disputed_usd) / v_invoice.amount_paid_usd, 2)
  ) - v_invoice.withdrawn_credits;
  if v_difference_credits > 0 then
    v_moved_credits := private.withdraw_credits(
      p_organization_id, v_grant_ids, v_difference_credits,
      case
        when v_refunded_usd > 0 and v_plan.refund_policy = 'debt'
          or v_disputed_usd > 0 and v_plan.dispute_policy = 'debt' then 'debt'
        else 'unspent_only'
      end,
      c_actor,
      case when v_disputed_usd > 0 then 'Payment disputed' else 'Payment refunded' end,
      v_metadata, v_at
    );
  elsif v_difference_credits < 0 then
    v_moved_credits := v_difference_credits;
    perform private.reinstate_credits(
      p_organization_id, v_grant_ids[1], -v_difference_credits, c_actor, 'Payment stands again',
      v_metadata, v_at
    );
  end if;
  update public.billing_invoices as invoice
  set
    refunded_usd = v_refunded_usd,
    disputed_usd = v_disputed_usd,
    withdrawn_credits = invoice.withdrawn_credits + v_moved_credits,
    unrecovered_credits = greatest(v_difference_credits - v_moved_credits, 0)
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_invoice(uuid, text, jsonb)
  is 'Withdraws or gives again what refunds and disputes of an invoice ask for.';

grant execute on function private.withdraw_invoice(uuid, text, jsonb) to purser_api;
