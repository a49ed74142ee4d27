/*
 * Proves the books of usage of one organization, or of all when p_organization_id is null: a row for
 * each difference, with what was expected and found; no rows when all is right. Reads one snapshot,
 * so it is exact while others write.
 *
 * daily_equals_ledger: the roll-up of a meter, day and user. counter_equals_ledger: what a limit is
 * checked against. held_equals_holds: what counters hold for open reservations.
 * hold_follows_reservation: a line is open exactly as long as its reservation.
 * booked_equals_holds: what settled lines put into the ledger.
 * credit_daily_equals_ledger: the roll-up of credits up to its mark.
 * capped_credits_equal_holds: the counters of caps on credits.
 */
create function private.verify_usage(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with entry as materialized (
    select
      written.organization_id, written.meter_id, written.day, written.period_start,
      coalesce(written.user_id, '00000000-0000-0000-0000-000000000000') as user_id,
      meter.kind,
      sum(written.amount) as amount, count(*) as entries
    from public.usage_ledger as written
    join public.meters as meter on meter.id = written.meter_id
    where p_organization_id is null or written.organization_id = p_organization_id
    group by 1, 2, 3, 4, 5, 6
  ),
  counted as materialized (
    select entry.*, scope.user_id as scope_user_id
    from entry
    cross join lateral (
      select '00000000-0000-0000-0000-000000000000'::uuid as user_id
      union
      select entry.user_id
    ) as scope
  ),
  expected_counter as (
    select
      counted.organization_id, counted.meter_id, counted.scope_user_id, named.period,
      case named.period
        when 'day' then counted.day::text
        when 'month' then counted.period_start::text
      end as place,
      sum(counted.amount) as amount
    from counted
    cross join lateral unnest(
      case counted.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    group by 1, 2, 3, 4, 5
  ),
  kept_counter as (
    select
      counter.organization_id, counter.meter_id, counter.user_id, counter.period,
      case counter.period
        when 'day' then counter.day::text
        when 'month' then counter.period_start::text
      end as place,
      sum(counter.used_amount) as used_amount, sum(counter.held_amount) as held_amount
    from public.quota_usages as counter
    where (p_organization_id is null or counter.organization_id = p_organization_id)
      and counter.meter_id <> 'credits'
    group by 1, 2, 3, 4, 5
  ),
  held as (
    select
      line.organization_id, line.meter_id, scope.user_id, named.period,
      case named.period
        when 'day' then line.day::text
        when 'month' then line.period_start::text
      end as place,
      sum(line.held_amount) as amount
    from public.quota_holds as line
    join public.meters as meter on meter.id = line.meter_id
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', line.user_id]
    ) as scope (user_id)
    cross join lateral unnest(
      case meter.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    where line.status = 'held'
      and scope.user_id is not null
      and (p_organization_id is null or line.organization_id = p_organization_id)
    group by 1, 2, 3, 4, 5
  )
  select
    coalesce(daily.organization_id, sums.organization_id), 'daily_equals_ledger',
    coalesce(sums.amount, 0), daily.used_amount,
    jsonb_build_object(
      'meter', coalesce(daily.meter_id, sums.meter_id), 'day', coalesce(daily.day, sums.day),
      'user_id', coalesce(daily.user_id, sums.user_id), 'entries', daily.entries,
      'expected_entries', sums.entries
    )
  from (
    select
      entry.organization_id, entry.meter_id, entry.day, entry.user_id,
      sum(entry.amount) as amount, sum(entry.entries) as entries
    from entry
    group by 1, 2, 3, 4
  ) as sums
  full join (
    select kept.*
    from public.usage_daily as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
  ) as daily
    on daily.organization_id = sums.organization_id and daily.meter_id = sums.meter_id
    and daily.day = sums.day and daily.user_id = sums.user_id
  where (sums.amount, sums.entries) is distinct from (daily.used_amount, daily.entries)
  union all
  select
    coalesce(kept.organization_id, wanted.organization_id), 'counter_equals_ledger',
    coalesce(wanted.amount, 0), coalesce(kept.used_amount, 0),
    jsonb_build_object(
      'meter', coalesce(kept.meter_id, wanted.meter_id),
      'user_id', coalesce(kept.user_id, wanted.scope_user_id),
      'period', coalesce(kept.period, wanted.period), 'of', coalesce(kept.place, wanted.place)
    )
  from expected_counter as wanted
  full join kept_counter as kept
    on kept.organization_id = wanted.organization_id and kept.meter_id = wanted.meter_id
    and kept.user_id = wanted.scope_user_id and kept.period = wanted.period
    and kept.place is not distinct from wanted.place
  where coalesce(wanted.amount, 0) <> coalesce(kept.used_amount, 0)
  union all
  select
    coalesce(kept.organization_id, held.organization_id), 'held_equals_holds',
    coalesce(held.amount, 0), coalesce(kept.held_amount, 0),
    jsonb_build_object(
      'meter', coalesce(kept.meter_id, held.meter_id),
      'user_id', coalesce(kept.user_id, held.user_id),
      'period', coalesce(kept.period, held.period), 'of', coalesce(kept.place, held.place)
    )
  from held
  full join kept_counter as kept
    on kept.organization_id = held.organization_id and kept.meter_id = held.meter_id
    and kept.user_id = held.user_id and kept.period = held.period
    and kept.place is not distinct from held.place
  where coalesce(held.amount, 0) <> coalesce(kept.held_amount, 0)
  union all
  select different.* from private.verify_quota_holds(p_organization_id) as different
  union all
  select different.* from private.verify_credit_usage(p_organization_id) as different
  union all
  select different.* from private.verify_capped_credits(p_organization_id) as different
$$;

comment on function private.verify_usage(uuid)
  is 'Every difference between usage ledger, roll-ups, counters and holds; no rows when all is right.';

grant execute on function private.verify_usage(uuid) to purser_api;
