/*
 * Writes on the lines of a reservation what was really used, before it is settled. The caller holds
 * the gate. Answers told; unknown (no such reservation: the settlement says so); invalid_quotas; or
 * idempotency_conflict when the lines were booked with other amounts.
 */
create function private.tell_quotas(
  p_organization_id uuid,
  p_reservation_id uuid,
  p_quotas jsonb
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_booked boolean;
begin
  select hold.status = 'settled'
  into v_is_booked
  from public.credit_reservations as hold
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  if not found then
    return 'unknown';
  end if;
  if exists (
    select
    from jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
    left join public.quota_holds as line
      on line.organization_id = p_organization_id
      and line.reservation_id = p_reservation_id
      and line.meter_id = told.meter
    group by told.meter
    having count(*) > 1 or count(line.meter_id) = 0
      or bool_and(
        told.amount = 0 or (told.amount > 0 and private.is_usage_amount(told.amount))
      ) is not true
  ) then
    return 'invalid_quotas';
  end if;
  if v_is_booked then
    return case
      when exists (
        select
        from public.quota_holds as line
        left join jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
          on told.meter = line.meter_id
        where line.organization_id = p_organization_id
          and line.reservation_id = p_reservation_id
          and line.actual_amount is distinct from told.amount
      ) then 'idempotency_conflict'
      else 'told'
    end;
  end if;

  update public.quota_holds as line
  set actual_amount = told.amount
  from jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
  where line.organization_id = p_organization_id
    and line.reservation_id = p_reservation_id
    and line.meter_id = told.meter;
  return 'told';
end
$$;

comment on function private.tell_quotas(uuid, uuid, jsonb)
  is 'Writes on the lines of a reservation what was really used.';
