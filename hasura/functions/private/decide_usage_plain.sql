/*
 * The usual batch of decide_usage, judged by one statement: even if all items are accepted no limit
 * refuses any, no level falls below zero, and no key comes twice. Then each item saw exactly those
 * before it. Answers null when that is not so: then they are decided one by one. Items with an outcome
 * keep it. The caller holds the gates.
 */
create function private.decide_usage_plain(
  p_entries private.usage_entry[],
  p_is_forced boolean
)
returns private.usage_entry[]
language sql
stable
as $$
  with entry as materialized (
    select asked.*
    from unnest(p_entries) with ordinality as asked (
      item, organization_id, user_id, meter_id, kind, amount, source, event_at, day, day_start,
      day_end, period_start, period_end, reservation_id, idempotency_key, request_fingerprint,
      metadata, id, outcome, decision, place
    )
  ),
  state as materialized (
    select asked.organization_id, asked.user_id, asked.meter_id, asked.event_at, rule.*
    from (
      select distinct entry.organization_id, entry.user_id, entry.meter_id, entry.event_at
      from entry
      where entry.outcome is null
    ) as asked
    cross join lateral private.quota_state(
      asked.organization_id, asked.user_id, asked.meter_id, asked.event_at
    ) as rule
  ),
  -- What each item adds to which counter, with what it and those before it add together.
  part as materialized (
    select
      entry.place, scope.user_id as scope_user_id, named.period,
      sum(entry.amount) over (
        partition by
          entry.organization_id, entry.meter_id, scope.user_id, named.period,
          case named.period when 'day' then entry.day end,
          case named.period when 'month' then entry.period_start end
        order by entry.place
        rows unbounded preceding
      ) as added_amount
    from entry
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', entry.user_id]
    ) as scope (user_id)
    cross join lateral unnest(
      case entry.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    where entry.outcome is null and scope.user_id is not null
  ),
  ruled as materialized (
    select
      entry.place, entry.amount, state.level, state.period, state.limit_amount,
      state.warn_ratios, state.held_amount, state.period_end, state.source,
      state.used_amount + part.added_amount as used_after,
      entry.amount > 0 and not p_is_forced
        and coalesce(
          state.used_amount + part.added_amount + state.held_amount > state.ceiling_amount, false
        ) as is_refusing,
      state.scope_user_id is null and not p_is_forced as is_nobodys
    from entry
    join state
      on state.organization_id = entry.organization_id
      and state.user_id is not distinct from entry.user_id
      and state.meter_id = entry.meter_id
      and state.event_at = entry.event_at
    left join part
      on part.place = entry.place
      and part.scope_user_id = state.scope_user_id
      and part.period = state.period
    where entry.outcome is null
  ),
  told as materialized (
    select distinct on (ruled.place)
      ruled.place,
      jsonb_build_object(
        'level', ruled.level,
        'period', ruled.period,
        'limit', ruled.limit_amount,
        'used', ruled.used_after,
        'held', ruled.held_amount,
        'remaining', case
          when ruled.limit_amount is not null
            then greatest(ruled.limit_amount - ruled.used_after - ruled.held_amount, 0)
        end,
        'over_limit',
          coalesce(ruled.used_after + ruled.held_amount > ruled.limit_amount, false),
        'resets_at', nullif(ruled.period_end, 'infinity'),
        'warning', max(reached.ratio) over (partition by ruled.place),
        'source', ruled.source
      ) as decision
    from ruled
    left join lateral (
      select max(part.ratio) as ratio
      from unnest(ruled.warn_ratios) as part (ratio)
      where ruled.limit_amount is not null
        and ruled.used_after + ruled.held_amount
          >= greatest(part.ratio * ruled.limit_amount, 0.0001)
    ) as reached on true
    order by
      ruled.place,
      ruled.limit_amount - (ruled.used_after - ruled.amount) - ruled.held_amount nulls last,
      ruled.level,
      ruled.period
  )
  select array_agg(
    row(
      entry.item, entry.organization_id, entry.user_id, entry.meter_id, entry.kind, entry.amount,
      entry.source, entry.event_at, entry.day, entry.day_start, entry.day_end,
      entry.period_start, entry.period_end, entry.reservation_id, entry.idempotency_key,
      entry.request_fingerprint, entry.metadata, entry.id,
      coalesce(entry.outcome, 'recorded'), coalesce(entry.decision, told.decision)
    )::private.usage_entry
    order by entry.place
  )
  from entry
  left join told on told.place = entry.place
  having not exists (select from ruled where ruled.is_refusing or ruled.is_nobodys)
    and not exists (select from entry where entry.amount < 0 and entry.outcome is null)
    and count(entry.idempotency_key) = count(distinct (entry.organization_id, entry.idempotency_key))
      filter (where entry.idempotency_key is not null)
    and bool_and(entry.outcome is not null or told.place is not null)
$$;

comment on function private.decide_usage_plain(private.usage_entry[], boolean)
  is 'Decides uses of meters of which nothing speaks against any; else null.';
