/*
 * Trigger: when a reservation with quota lines ends, its lines end with it, whoever ended it. A
 * settlement books what was really used, or else what was held, in the day and period in which it was
 * held; also after the expiry had given it back, since the work was done. Release and expiry only
 * give back. Whoever changes a reservation holds the gate. Reservations without lines never get here.
 */
create function private.close_quota_holds()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_lines private.usage_entry[];
  v_booked private.usage_entry[];
begin
  select array_agg(
    row(
      1, line.organization_id, line.user_id, line.meter_id, meter.kind, -line.held_amount,
      'settled', line.created_at, line.day, line.day_start, line.day_start + interval '1 day',
      line.period_start, 'infinity'::timestamptz, line.reservation_id, null::text, null::bytea,
      new.context - 'quotas', uuidv7(), 'recorded',
      jsonb_build_object('reservation_id', line.reservation_id, 'held', line.held_amount)
    )::private.usage_entry
    order by line.meter_id
  )
  into v_lines
  from public.quota_holds as line
  join public.meters as meter on meter.id = line.meter_id
  where line.organization_id = new.organization_id and line.reservation_id = new.id;

  if old.ended_as is null then
    perform private.change_counters(v_lines, true);
  end if;
  if new.ended_as = 'settled' then
    select array_agg(booked.entry)
    into v_booked
    from (
      select
        row(
          entry.item, entry.organization_id, entry.user_id, entry.meter_id, entry.kind,
          coalesce(line.actual_amount, line.held_amount), entry.source, entry.event_at, entry.day,
          entry.day_start, entry.day_end, entry.period_start, entry.period_end,
          entry.reservation_id, entry.idempotency_key, entry.request_fingerprint, entry.metadata,
          entry.id, entry.outcome, entry.decision
        )::private.usage_entry as entry
      from unnest(v_lines) as entry
      join public.quota_holds as line
        on line.organization_id = entry.organization_id
        and line.reservation_id = entry.reservation_id
        and line.meter_id = entry.meter_id
      where coalesce(line.actual_amount, line.held_amount) > 0
    ) as booked;
    perform private.write_usage(v_booked, v_at);
  end if;
  perform private.note_over_limits(v_lines, v_at);

  update public.quota_holds as line
  set status = case new.ended_as when 'settled' then 'booked' else new.ended_as end, closed_at = v_at
  where line.organization_id = new.organization_id and line.reservation_id = new.id;
  return null;
end
$$;

comment on function private.close_quota_holds()
  is 'Trigger: quota lines end with their reservation: booked by a settlement, else given back.';

create trigger close_quota_holds
after update of ended_as on private.credit_holds
for each row when (old.has_quota_lines and old.ended_as is distinct from new.ended_as)
execute function private.close_quota_holds();
