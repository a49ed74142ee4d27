/*
 * The one place of precedence: every limit that applies to a use of a meter, one row each. For each
 * period (day, month, none) the value of the plan is replaced by the override of the organization,
 * and that by the override of the user; a cap of the member comes on top. All rows bind: the most
 * restrictive one decides. What is not in the plan and not overridden is blocked.
 *
 * scope_user_id tells whose use is measured: 00000000-… is all of the organization, the user where
 * the plan gives each user a limit or an override is for one user; null where a limit for each user
 * meets a use without a user. An override keeps hardness, burst, grace and warnings of the plan's row.
 * For credits there are only caps. `source` says in words for people where the limit comes from.
 */
create function private.quota_limits(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_at timestamptz
)
returns table (
  level text,
  period text,
  scope_user_id uuid,
  limit_amount numeric,
  is_hard boolean,
  burst_amount numeric,
  grace_period_seconds integer,
  warn_ratios numeric[],
  period_start timestamptz,
  period_end timestamptz,
  day date,
  source jsonb
)
language sql
stable
as $$
  with subscription as (
    select subscribed as row, subscribed.plan_id
    from public.org_plans as subscribed
    where subscribed.organization_id = p_organization_id
  ),
  included as (
    select value.*
    from subscription
    join public.plan_meter_limits as value
      on value.plan_id = subscription.plan_id and value.meter_id = p_meter_id
  ),
  override as (
    select distinct on (newest.period, newest.user_id is null) newest.*
    from public.quota_overrides as newest
    where newest.organization_id = p_organization_id
      and newest.meter_id = p_meter_id
      and (newest.user_id is null or newest.user_id = p_user_id)
      and newest.removed_at is null
      and newest.expires_at > p_at
    order by newest.period, newest.user_id is null, newest.created_at desc, newest.id desc
  ),
  named as (
    select included.period from included
    union
    select override.period from override
    union
    select case meter.kind when 'level' then 'none' else 'month' end
    from public.meters as meter
    where meter.id = p_meter_id and not exists (select from included)
  ),
  rule as (
    select
      case when coalesce(own.id, general.id) is null then 'plan' else 'override' end as level,
      named.period,
      case
        when own.id is not null or included.scope = 'user' then p_user_id
        else '00000000-0000-0000-0000-000000000000'
      end as scope_user_id,
      case
        when own.id is not null then own.limit_amount
        when general.id is not null then general.limit_amount
        when included.plan_id is not null then included.limit_amount
        else 0
      end as limit_amount,
      coalesce(included.is_hard, true) as is_hard,
      coalesce(included.burst_amount, 0) as burst_amount,
      coalesce(included.grace_period_seconds, 0) as grace_period_seconds,
      coalesce(included.warn_ratios, '{0.8,1}') as warn_ratios,
      case
        when coalesce(own.id, general.id) is null then jsonb_build_object(
          'plan', subscription.plan_id, 'in_plan', included.plan_id is not null
        )
        else jsonb_build_object(
          'override_id', coalesce(own.id, general.id),
          'user_id', own.user_id,
          'reason', coalesce(own.reason, general.reason),
          'set_by', coalesce(own.actor, general.actor),
          'set_at', coalesce(own.created_at, general.created_at),
          'until', nullif(coalesce(own.expires_at, general.expires_at), 'infinity'),
          'plan', subscription.plan_id,
          'replaced_limit', included.limit_amount
        )
      end as source
    from named
    cross join subscription
    left join included on included.period = named.period
    left join override as own on own.period = named.period and own.user_id is not null
    left join override as general on general.period = named.period and general.user_id is null
    -- A meter outside the plan with an override is what the override makes of it.
    where coalesce(included.plan_id, own.id::text, general.id::text) is not null
      or not exists (select from override)
    union all
    select
      'member_cap', cap.period, cap.user_id, cap.limit_amount, true, 0, 0, '{0.8,1}',
      jsonb_build_object('set_by_user_id', cap.updated_by_user_id, 'set_at', cap.updated_at)
    from public.member_caps as cap
    where cap.organization_id = p_organization_id
      and cap.user_id = p_user_id
      and cap.meter_id = p_meter_id
  )
  select
    rule.level, rule.period, rule.scope_user_id, rule.limit_amount, rule.is_hard,
    rule.burst_amount, rule.grace_period_seconds, rule.warn_ratios, span.period_start,
    span.period_end, span.day, rule.source
  from rule
  cross join subscription
  cross join lateral private.quota_period(
    rule.period, p_meter_id, p_at, subscription.row
  ) as span
$$;

comment on function private.quota_limits(uuid, uuid, text, timestamptz)
  is 'Every limit that applies to a use of a meter: plan, replaced by overrides, and member caps.';
