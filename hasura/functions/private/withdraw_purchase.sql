/*
 * Brings what was withdrawn of a purchase to what refunds and disputes ask for: cumulative, in the
 * share of the price that is gone, so that it does not matter by how many steps or in which order it
 * went. More is withdrawn as far as the plan's policy and open holds let it, the rest is recorded as
 * unrecovered and tried again with the next comparison; less is given again. A paid purchase gets the
 * status that follows. The caller holds the gate. Returns what was withdrawn now, negative for given
 * again.
 */
create function private.withdraw_purchase(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_state jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actor constant jsonb := '{"kind": "stripe"}';
  v_purchase public.credit_purchases;
  v_refunded_usd numeric;
  v_disputed_usd numeric;
  v_gone_usd numeric;
  v_paid_usd numeric;
  v_plan public.plans;
  v_target_credits numeric := 0;
  v_difference_credits numeric;
  v_moved_credits numeric := 0;
  v_metadata jsonb;
begin
  select purchase.* into strict v_purchase
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
  select back.refunded_usd, back.disputed_usd, back.gone_usd, back.paid_usd
  into strict v_refunded_usd, v_disputed_usd, v_gone_usd, v_paid_usd
  from private.money_back_of_purchase(v_purchase, p_state, p_at) as back;
  select plan.* into v_plan
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  if v_purchase.grant_id is not null then
    -- A payment that is refunded and disputed is gone once.
    v_target_credits := least(
      v_purchase.credits,
      round(v_purchase.credits * v_gone_usd / v_paid_usd, 2)
    );
  end if;
  v_difference_credits := v_target_credits - v_purchase.withdrawn_credits;
  v_metadata := jsonb_build_object(
    'purchase_id', p_purchase_id, 'refunded_usd', v_refunded_usd, 'disputed_usd', v_disputed_usd
  );

  if v_difference_credits > 0 then
    v_moved_credits := private.withdraw_credits(
      p_organization_id, array[v_purchase.grant_id], v_difference_credits,
      case
        when v_refunded_usd > 0 and v_plan.refund_policy = 'debt'
          or v_disputed_usd > 0 and v_plan.dispute_policy = 'debt' then 'debt'
        else 'unspent_only'
      end,
      c_actor,
      case when v_disputed_usd > 0 then 'Payment disputed' else 'Payment refunded' end,
      v_metadata, p_at
    );
  elsif v_difference_credits < 0 then
    v_moved_credits := v_difference_credits;
    perform private.reinstate_credits(
      p_organization_id, v_purchase.grant_id, -v_difference_credits, c_actor,
      'Payment stands again', v_metadata, p_at
    );
  end if;

  update public.billing_disputes as dispute
  set
    withdrawn_credits = dispute.withdrawn_credits + greatest(v_moved_credits, 0),
    reinstated_credits = dispute.reinstated_credits + greatest(-v_moved_credits, 0)
  where v_moved_credits <> 0
    and v_refunded_usd = v_purchase.refunded_usd
    and dispute.organization_id = p_organization_id
    and dispute.id = (
      select latest.id
      from public.billing_disputes as latest
      where latest.organization_id = p_organization_id
        and latest.purchase_id = p_purchase_id
        and latest.counts = (v_moved_credits > 0)
      order by latest.created_at desc, latest.id desc
      limit 1
    );
  update public.credit_purchases as purchase
  set
    refunded_usd = v_refunded_usd,
    disputed_usd = v_disputed_usd,
    status = case
      when purchase.paid_at is null then purchase.status
      when v_disputed_usd > 0 then 'disputed'
      when v_refunded_usd >= purchase.price_usd then 'refunded'
      when v_refunded_usd > 0 then 'partially_refunded'
      else 'paid'
    end,
    withdrawn_credits = purchase.withdrawn_credits + v_moved_credits,
    unrecovered_credits = greatest(v_difference_credits - v_moved_credits, 0)
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_purchase(uuid, uuid, jsonb, timestamptz)
  is 'Withdraws or gives again what refunds and disputes of a purchase ask for.';
