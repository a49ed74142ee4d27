/*
 * Starts the clock of a grace period when use goes beyond its limit, and stops it when a level is
 * within again. Only limits with a grace period have one. The caller holds the gate and has written
 * the entries.
 */
create function private.note_over_limits(p_entries private.usage_entry[], p_at timestamptz)
returns void
language sql
volatile
as $$
  update public.quota_usages as counter
  set over_limit_at = case
    when rule.used_amount + rule.held_amount > rule.limit_amount
      then coalesce(counter.over_limit_at, p_at)
  end
  from (
    select distinct entry.organization_id, entry.user_id, entry.meter_id
    from unnest(p_entries) as entry
    join public.org_plans as subscription
      on subscription.organization_id = entry.organization_id
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id and included.meter_id = entry.meter_id
    where entry.outcome = 'recorded' and included.grace_period_seconds > 0
  ) as used
  cross join lateral private.quota_state(
    used.organization_id, used.user_id, used.meter_id, p_at
  ) as rule
  where rule.grace_period_seconds > 0
    and counter.organization_id = used.organization_id
    and counter.meter_id = used.meter_id
    and counter.user_id = rule.scope_user_id
    and counter.period = rule.period
    and counter.period_start = rule.period_start
    and (counter.over_limit_at is null)
      = coalesce(rule.used_amount + rule.held_amount > rule.limit_amount, false)
$$;

comment on function private.note_over_limits(private.usage_entry[], timestamptz)
  is 'Starts and stops the clocks of grace periods.';
