/*
 * What the limits say about one more use. p_rules are rows of quota_state as a JSON array, p_taken
 * what earlier items of the batch took by counter_key(). Of the limits that refuse, and else of
 * all, the one with the least left is told: it is the one that bound. A warning is the highest level
 * that any of them has reached. Computes only.
 */
create function private.judge_usage(
  p_rules jsonb,
  p_taken jsonb,
  p_meter_id text,
  p_amount numeric,
  p_is_forced boolean
)
returns jsonb
language sql
stable
parallel safe
as $$
  with rule as (
    select
      part.*,
      part.used_amount + coalesce(
        (p_taken ->> private.counter_key(
          part.scope_user_id, p_meter_id, part.period, part.day, part.period_start
        ))::numeric,
        0
      ) as used_before
    from jsonb_to_recordset(p_rules) as part (
      level text, period text, scope_user_id uuid, limit_amount numeric, warn_ratios numeric[],
      ceiling_amount numeric, used_amount numeric, held_amount numeric, period_start timestamptz,
      period_end timestamptz, day date, source jsonb
    )
  ),
  judged as (
    select
      rule.*,
      p_amount > 0 and not p_is_forced
        and coalesce(rule.used_before + rule.held_amount + p_amount > rule.ceiling_amount, false)
        as is_refusing
    from rule
  ),
  verdict as (
    select bool_or(judged.is_refusing) as is_refused from judged
  ),
  bound as (
    select
      judged.*,
      judged.used_before + case when verdict.is_refused then 0 else p_amount end as used_after
    from judged
    cross join verdict
    order by
      judged.is_refusing desc,
      judged.limit_amount - judged.used_before - judged.held_amount nulls last,
      judged.level,
      judged.period
    limit 1
  )
  select jsonb_build_object(
    'outcome', case
      when not verdict.is_refused then 'recorded'
      when bound.level = 'member_cap' then 'member_cap_exceeded'
      else 'quota_exceeded'
    end,
    'level', bound.level,
    'period', bound.period,
    'limit', bound.limit_amount,
    'used', bound.used_after,
    'held', bound.held_amount,
    'remaining', case
      when bound.limit_amount is not null
        then greatest(bound.limit_amount - bound.used_after - bound.held_amount, 0)
    end,
    'over_limit', coalesce(bound.used_after + bound.held_amount > bound.limit_amount, false),
    'resets_at', nullif(bound.period_end, 'infinity'),
    'warning', (
      select max(reached.ratio)
      from judged
      cross join lateral unnest(judged.warn_ratios) as reached (ratio)
      where judged.limit_amount is not null
        and judged.used_before + judged.held_amount
          + case when verdict.is_refused then 0 else p_amount end
        >= greatest(reached.ratio * judged.limit_amount, 0.0001)
    ),
    'source', bound.source
  )
  from bound
  cross join verdict
$$;

comment on function private.judge_usage(jsonb, jsonb, text, numeric, boolean)
  is 'Whether the limits allow one more use, and which of them bound.';
