/*
 * Writes the uses that were decided: ledger, roll-up by day, counters. What was held for a use and is
 * booked now is taken off by the caller. The caller holds the gates.
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
  )
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
      entries = daily.entries + excluded.entries;

  select private.change_counters(array_agg(accepted), false)
  from unnest(p_entries) as accepted
  where accepted.outcome = 'recorded';
$$;

comment on function private.write_usage(private.usage_entry[], timestamptz)
  is 'Writes decided uses: ledger, daily roll-up, counters.';
