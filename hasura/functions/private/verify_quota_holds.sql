/* The part of verify_usage about lines of reservations: open exactly as long as they are, and booked. */
create function private.verify_quota_holds(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
as $$
  select
    line.organization_id, 'hold_follows_reservation', 1, 0,
    jsonb_build_object(
      'reservation_id', line.reservation_id, 'meter', line.meter_id, 'line', line.status,
      'reservation', hold.status
    )
  from public.quota_holds as line
  left join public.credit_reservations as hold
    on hold.organization_id = line.organization_id and hold.id = line.reservation_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and line.status is distinct from case hold.status
      when 'reserved' then 'held'
      when 'settled' then 'booked'
      else hold.status
    end
  union all
  select
    line.organization_id, 'booked_equals_holds', wanted.amount, coalesce(written.amount, 0),
    jsonb_build_object('reservation_id', line.reservation_id, 'meter', line.meter_id)
  from public.quota_holds as line
  cross join lateral (
    select case
      when line.status = 'booked' then coalesce(line.actual_amount, line.held_amount)
      else 0
    end as amount
  ) as wanted
  left join (
    select entry.organization_id, entry.reservation_id, entry.meter_id, sum(entry.amount) as amount
    from public.usage_ledger as entry
    where entry.reservation_id is not null
      and (p_organization_id is null or entry.organization_id = p_organization_id)
    group by 1, 2, 3
  ) as written
    on written.organization_id = line.organization_id
    and written.reservation_id = line.reservation_id
    and written.meter_id = line.meter_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and wanted.amount <> coalesce(written.amount, 0)
$$;

comment on function private.verify_quota_holds(uuid)
  is 'Differences between reservations, their quota lines and what was booked.';
