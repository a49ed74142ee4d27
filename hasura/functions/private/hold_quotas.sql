/*
 * Holds meters for a reservation that was just made: all lines or none. The caller holds the gate and
 * undoes the reservation when the answer is not `held`: then it is the first line that was refused.
 * Each meter comes once, with a positive amount. The lines count from now, in this day and period.
 */
create function private.hold_quotas(
  p_organization_id uuid,
  p_user_id uuid,
  p_reservation_id uuid,
  p_quotas jsonb
)
returns table (outcome text, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_meter_ids text[];
  v_amounts numeric[];
  v_lines integer;
  v_entries private.usage_entry[];
begin
  select array_agg(line.meter order by line.meter), array_agg(line.amount order by line.meter)
  into v_meter_ids, v_amounts
  from jsonb_to_recordset(p_quotas) as line (meter text, amount numeric);
  v_lines := cardinality(v_meter_ids);
  if v_lines is null or v_lines > 20
    or v_lines <> (select count(distinct meter.id) from unnest(v_meter_ids) as meter (id)) then
    return query select 'invalid_quotas', null::jsonb;
    return;
  end if;

  v_entries := private.usage_entries(
    array_fill(p_organization_id, array[v_lines]), array_fill(p_user_id, array[v_lines]),
    v_meter_ids, v_amounts,
    (select array_agg(uuidv7()::text) from generate_series(1, v_lines)),
    array_fill(null::timestamptz, array[v_lines]), array_fill(null::jsonb, array[v_lines]),
    'settled', v_at
  );
  v_entries := private.decide_usage(v_entries, false);
  return query
  select
    case
      when entry.outcome in ('unknown_meter', 'invalid_amount') then 'invalid_quotas'
      else entry.outcome
    end,
    coalesce(entry.decision, '{}') || jsonb_build_object('meter', entry.meter_id)
  from unnest(v_entries) as entry
  where entry.outcome <> 'recorded'
  order by entry.item
  limit 1;
  if found then
    return;
  end if;

  perform private.change_counters(v_entries, true);
  perform private.note_over_limits(v_entries, v_at);
  insert into public.quota_holds (
    organization_id, reservation_id, meter_id, user_id, held_amount, day, day_start, period_start,
    created_at
  )
  select
    p_organization_id, p_reservation_id, entry.meter_id, p_user_id, entry.amount, entry.day,
    entry.day_start, entry.period_start, v_at
  from unnest(v_entries) as entry;
  update private.credit_holds as hold
  set has_quota_lines = true
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  return query select 'held', null::jsonb;
end
$$;

comment on function private.hold_quotas(uuid, uuid, uuid, jsonb)
  is 'Holds meters for a reservation: all lines or none.';
