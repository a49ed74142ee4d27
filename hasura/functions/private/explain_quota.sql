/*
 * Every limit that applies to a meter, for people who want to know why: its value and where it comes
 * from (plan, override with who set it, why and until when, cap with who set it), what is used and
 * held, what is left, when it begins again, and whether it binds: the one with the least left does.
 * Null when there is no such meter or organization. One statement, no side effect.
 */
create function private.explain_quota(p_organization_id uuid, p_user_id uuid, p_meter_id text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'meter', meter.id,
    'name', meter.name,
    'unit', meter.unit,
    'kind', meter.kind,
    'is_active', meter.is_active,
    'plan', subscription.plan_id,
    'time_zone', subscription.time_zone,
    'rules', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'level', rule.level,
          'scope', case
            when rule.scope_user_id = '00000000-0000-0000-0000-000000000000' then 'organization'
            else 'user'
          end,
          'user_id', nullif(rule.scope_user_id, '00000000-0000-0000-0000-000000000000'),
          'period', rule.period,
          'limit', rule.limit_amount,
          'used', rule.used_amount,
          'held', rule.held_amount,
          'remaining', case
            when rule.limit_amount is not null
              then greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0)
          end,
          'is_hard', rule.is_hard,
          'burst_amount', rule.burst_amount,
          'grace_period_seconds', rule.grace_period_seconds,
          'grace_ends_at', rule.grace_ends_at,
          'refuses_above', rule.ceiling_amount,
          'warn_ratios', rule.warn_ratios,
          'period_start', nullif(rule.period_start, '-infinity'),
          'resets_at', nullif(rule.period_end, 'infinity'),
          'binds', rule.place = 1 and rule.limit_amount is not null,
          'source', rule.source
        )
        order by rule.place
      )
      from (
        select
          state.*,
          row_number() over (
            order by
              state.limit_amount - state.used_amount - state.held_amount nulls last, state.level,
              state.period
          ) as place
        from private.quota_state(
          p_organization_id, p_user_id, p_meter_id, private.current_time_utc()
        ) as state
      ) as rule
    ), '[]')
  )
  from public.org_plans as subscription
  join (
    select counted.id, counted.name, counted.unit, counted.kind, counted.is_active
    from public.meters as counted
    union all
    select 'credits', 'Credits', 'credits', 'flow', true
  ) as meter on meter.id = p_meter_id
  where subscription.organization_id = p_organization_id
$$;

comment on function private.explain_quota(uuid, uuid, text)
  is 'Every limit of a meter, with where it comes from and what is used of it.';

grant execute on function private.explain_quota(uuid, uuid, text) to purser_api;
