/*
 * What a paid period is worth in plan credits: what the line that began it gave, and for each change of
 * plan, in the order in which they began, the difference of the monthly credits: all of it, or the share
 * of the period that was left, as the better one of the two plans says (upgrade_grant). What
 * cost nothing, as during a trial, changes nothing.
 */
create function private.period_worth(p_organization_id uuid, p_period_line_id text)
returns numeric
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_change record;
  v_worth_credits numeric;
  v_before public.plans;
begin
  for v_change in
    select
      line.kind, line.granted_credits, line.amount_usd, plan,
      extract(epoch from line.period_end - line.period_start)
        / extract(epoch from begun.period_end - begun.period_start) as share
    from public.billing_invoice_lines as line
    join public.plans as plan on plan.id = line.plan_id
    join public.billing_invoice_lines as begun
      on begun.organization_id = line.organization_id and begun.id = line.period_line_id
    where line.organization_id = p_organization_id
      and line.period_line_id = p_period_line_id
      and line.status = 'applied'
    order by line.kind = 'change', line.period_start, line.created_at, line.id
  loop
    if v_change.kind <> 'change' then
      v_worth_credits := v_change.granted_credits;
    elsif v_change.amount_usd > 0 then
      v_worth_credits := v_worth_credits + round(
        ((v_change.plan).monthly_ai_credits - v_before.monthly_ai_credits) * case
          when case
            when (v_change.plan).monthly_ai_credits > v_before.monthly_ai_credits
              then (v_change.plan).upgrade_grant
            else v_before.upgrade_grant
          end = 'full' then 1
          else least(v_change.share, 1)
        end,
        2
      );
    end if;
    v_before := v_change.plan;
  end loop;
  return greatest(v_worth_credits, 0);
end
$$;

comment on function private.period_worth(uuid, text)
  is 'What a paid period with its changes of plan is worth in plan credits.';
