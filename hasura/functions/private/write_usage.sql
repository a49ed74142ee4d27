/*
 * Writes the uses that were decided: ledger, roll-up by day, and the counters of the organization and
 * of the user, in one statement. A flow has a counter for the day and one for the billing period, a
 * level one without a period. What was held for a use and is booked now is taken off by the caller.
 * The caller holds the gates.
 */
create function private.write_usage(p_entries private.usage_entry[], p_at timestamptz)
returns void
language sql
volatile
as $$
  with entry as materialized (
    select accepted.*
    from unnest(p_entries) as accepted
    where accepted.outcome = 'recorded'
  ),
  recorded as (
    insert into public.usage_ledger (
      organization_id, id, meter_id, user_id, amount, source, day, period_start, event_at,
      created_at, reservation_id, idempotency_key, request_fingerprint, decision, metadata
    )
    select
      entry.organization_id, entry.id, entry.meter_id, entry.user_id, entry.amount, entry.source,
      entry.day, entry.period_start, entry.event_at, p_at, entry.reservation_id,
      entry.idempotency_key, entry.request_fingerprint, entry.decision, entry.metadata
    from entry
    order by entry.organization_id, entry.item
  ),
  summed as (
    insert into public.usage_daily as daily
      (organization_id, meter_id, day, user_id, used_amount, entries)
    select
      entry.organization_id, entry.meter_id, entry.day,
      coalesce(entry.user_id, '00000000-0000-0000-0000-000000000000'),
      sum(entry.amount), count(*)
    from entry
    group by 1, 2, 3, 4
    on conflict (organization_id, meter_id, day, user_id) do update
      set
        used_amount = daily.used_amount + excluded.used_amount,
        entries = daily.entries + excluded.entries
  ),
  part as materialized (
    select
      entry.organization_id, entry.meter_id, scope.user_id, named.period, span.period_start,
      span.period_end, case when named.period = 'day' then entry.day end as day,
      sum(entry.amount) as amount
    from entry
    join public.meters as meter on meter.id = entry.meter_id
    join public.org_plans as subscription
      on subscription.organization_id = entry.organization_id
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', entry.user_id]
    ) as scope (user_id)
    cross join lateral unnest(
      case meter.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    cross join lateral private.quota_period(
      named.period, entry.meter_id, entry.event_at, subscription
    ) as span
    where scope.user_id is not null
    group by 1, 2, 3, 4, 5, 6, 7
  ),
  counted as (
    -- Not "on conflict": what is given back would not pass the check of a row that is only proposed.
    update public.quota_usages as counter
    set used_amount = counter.used_amount + part.amount, period_end = part.period_end
    from part
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
  insert into public.quota_usages (
    organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount
  )
  select
    part.organization_id, part.meter_id, part.user_id, part.period, part.period_start,
    part.period_end, part.day, part.amount
  from part
  -- Nobody else can make it meanwhile: the gate is held.
  where not exists (
    select
    from public.quota_usages as counter
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
$$;

comment on function private.write_usage(private.usage_entry[], timestamptz)
  is 'Writes decided uses: ledger, daily roll-up, counters.';
