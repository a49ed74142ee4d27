/*
 * Brings what the plan has given for the running period to p_target_credits: grants what is missing,
 * or takes back what is too much, as far as it is unused and no open hold needs it. It counts what was
 * really given and taken, so that plans changed back and forth give, net, never more than the best of
 * them: credits that were spent on a better plan are not given again. The caller holds the gate.
 * Returns what came (positive) or went, and the ledger row of what came.
 */
create function private.adjust_plan_credits(
  p_organization_id uuid,
  p_target_credits numeric,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz,
  p_payment_metadata jsonb default null,
  out adjusted_credits numeric,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_difference_credits numeric;
begin
  select p_target_credits - subscription.period_granted_credits
  into strict v_difference_credits
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;

  adjusted_credits := 0;
  if v_difference_credits > 0 and p_expires_at > p_at then
    select added.transaction_id
    into transaction_id
    from private.add_grant(
      p_organization_id, 'plan', 'plan_change_adjustment', v_difference_credits, 10, p_expires_at,
      p_actor, p_reason, null, null, p_at, p_payment_metadata
    ) as added;
    adjusted_credits := v_difference_credits;
  elsif v_difference_credits < 0 then
    adjusted_credits := -private.take_plan_credits(
      p_organization_id, -v_difference_credits, p_actor, p_reason, p_at
    );
  end if;

  update public.org_plans as subscription
  set period_granted_credits = subscription.period_granted_credits + adjusted_credits
  where subscription.organization_id = p_organization_id and adjusted_credits <> 0;
end
$$;

comment on function private.adjust_plan_credits(
  uuid, numeric, timestamptz, jsonb, text, timestamptz, jsonb
) is 'Brings what the plan has given for the period to a target; takes back only what is unused.';
