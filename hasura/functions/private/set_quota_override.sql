/*
 * Sets a limit for one organization, or for one of its users, in place of the plan's. The newest in
 * force counts; older ones stay and count again when it ends. A period of null is that of the plan's
 * limit, else what fits the meter. Gate: the balance row, so that it counts for whoever comes next.
 *
 * Outcomes: set, unknown_organization, unknown_meter, unknown_user, invalid_period (of a level, or a
 * level's), invalid_limit, invalid_expiry, invalid_reason.
 */
create function private.set_quota_override(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_period text,
  p_limit_amount numeric,
  p_expires_at timestamptz,
  p_reason text,
  p_actor jsonb
)
returns table (outcome text, override_id uuid, period text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_kind text;
begin
  select meter.kind into v_kind from public.meters as meter where meter.id = p_meter_id;
  period := coalesce(
    p_period,
    (
      select min(included.period)
      from public.org_plans as subscription
      join public.plan_meter_limits as included on included.plan_id = subscription.plan_id
      where subscription.organization_id = p_organization_id and included.meter_id = p_meter_id
    ),
    case v_kind when 'level' then 'none' else 'month' end
  );
  outcome := case
    when not exists (
      select
      from public.org_plans as subscription
      where subscription.organization_id = p_organization_id
    ) then 'unknown_organization'
    when v_kind is null then 'unknown_meter'
    when p_user_id is not null and not exists (
      select
      from auth.members as member
      where member.organization_id = p_organization_id and member.user_id = p_user_id
    ) then 'unknown_user'
    when period not in ('day', 'month', 'none') or (v_kind = 'level') <> (period = 'none')
      then 'invalid_period'
    when p_limit_amount is not null and p_limit_amount <> 0
      and (private.is_usage_amount(p_limit_amount) is not true or p_limit_amount < 0)
      then 'invalid_limit'
    when p_expires_at <= v_at then 'invalid_expiry'
    when coalesce(length(p_reason) between 1 and 500, false) then 'set'
    else 'invalid_reason'
  end;
  if outcome = 'set' then
    insert into public.quota_overrides as override (
      organization_id, meter_id, user_id, period, limit_amount, reason, expires_at, actor, created_at
    )
    values (
      p_organization_id, p_meter_id, p_user_id, period, p_limit_amount, p_reason,
      coalesce(p_expires_at, 'infinity'), p_actor, v_at
    )
    returning override.id into override_id;
  end if;
  return next;
end
$$;

comment on function private.set_quota_override(
  uuid, uuid, text, text, numeric, timestamptz, text, jsonb
) is 'Sets a limit for one organization or user in place of the plan''s.';

grant execute on function private.set_quota_override(
  uuid, uuid, text, text, numeric, timestamptz, text, jsonb
) to purser_api;
