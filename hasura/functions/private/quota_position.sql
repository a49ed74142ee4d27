/*
 * The closest limit of each meter for an organization (p_user_id null: only what is measured for all)
 * or for one of its users, with what is used of it, and credits as a row beside them. It reads what
 * enforcement reads. Meters without any such limit have a row without one.
 */
create function private.quota_position(p_organization_id uuid, p_user_id uuid, p_at timestamptz)
returns setof public.quota_positions
language sql
stable
as $$
  select
    subscription.organization_id, meter.id, p_user_id, meter.name, meter.unit, meter.kind,
    case
      when rule.scope_user_id = '00000000-0000-0000-0000-000000000000' then 'organization'
      when rule.level is null then 'organization'
      else 'user'
    end,
    coalesce(rule.level, 'plan'), rule.period, nullif(rule.period_start, '-infinity'),
    nullif(rule.period_end, 'infinity'), rule.limit_amount,
    coalesce(rule.used_amount, counted.used_amount, 0),
    coalesce(rule.held_amount, counted.held_amount, 0),
    case
      when rule.limit_amount is not null
        then greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0)
    end,
    case
      when rule.limit_amount > 0
        then round((rule.used_amount + rule.held_amount) / rule.limit_amount, 4)
      when rule.limit_amount = 0 then 1
    end,
    (
      select max(reached.ratio)
      from unnest(rule.warn_ratios) as reached (ratio)
      where rule.used_amount + rule.held_amount
        >= greatest(reached.ratio * rule.limit_amount, 0.0001)
    ),
    coalesce(rule.is_hard, false), rule.source
  from public.org_plans as subscription
  cross join public.meters as meter
  left join lateral (
    select state.*
    from private.quota_state(
      subscription.organization_id, p_user_id, meter.id, p_at
    ) as state
    where p_user_id is not null
      or state.scope_user_id = '00000000-0000-0000-0000-000000000000'
    order by
      state.limit_amount - state.used_amount - state.held_amount nulls last, state.level,
      state.period
    limit 1
  ) as rule on true
  left join lateral (
    select kept.used_amount, kept.held_amount
    from public.quota_usages as kept
    where rule.level is null
      and kept.organization_id = subscription.organization_id
      and kept.meter_id = meter.id
      and kept.user_id = '00000000-0000-0000-0000-000000000000'
      and kept.period in ('month', 'none')
      and kept.period_start <= p_at
      and kept.period_end > p_at
    order by kept.period_start desc
    limit 1
  ) as counted on true
  where subscription.organization_id = p_organization_id and meter.is_active
  union all
  select
    subscription.organization_id, 'credits', p_user_id, 'Credits', 'credits', 'flow',
    'organization', 'balance', 'month', balance.period_start, balance.period_end,
    here.posted + balance.used_credits, balance.used_credits, balance.reserved_credits,
    greatest(here.posted - balance.reserved_credits, 0),
    case
      when here.posted + balance.used_credits > 0 then round(
        (balance.used_credits + balance.reserved_credits) / (here.posted + balance.used_credits), 4
      )
      else 1
    end,
    null, true, jsonb_build_object('plan', subscription.plan_id)
  from public.org_plans as subscription
  join public.organization_credit_balances as balance
    on balance.organization_id = subscription.organization_id
  cross join lateral (
    select greatest(
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits, 0
    ) as posted
  ) as here
  where subscription.organization_id = p_organization_id
$$;

comment on function private.quota_position(uuid, uuid, timestamptz)
  is 'The closest limit of each meter, with what is used of it; credits as a row beside them.';
