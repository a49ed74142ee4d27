/*
 * Counts a hold against the caps of its member; false when one of them refuses it, and the caller
 * undoes the hold. A member without caps is not counted. The caller holds the gate.
 */
create function private.hold_capped(
  p_organization_id uuid,
  p_user_id uuid,
  p_reservation_id uuid,
  p_amount_credits numeric,
  p_at timestamptz
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from public.member_caps as cap
    where cap.organization_id = p_organization_id
      and cap.user_id = p_user_id
      and cap.meter_id = 'credits'
  ) then
    return true;
  end if;
  if private.credit_cap_refusal(p_organization_id, p_user_id, p_amount_credits, p_at) is not null then
    return false;
  end if;

  insert into public.quota_usages as counter (
    organization_id, meter_id, user_id, period, period_start, period_end, day, held_amount
  )
  select
    p_organization_id, 'credits', p_user_id, named.period, part.period_start, part.period_end,
    case when named.period = 'day' then part.day end, p_amount_credits
  from public.org_plans as subscription
  cross join (values ('day'), ('month')) as named (period)
  cross join lateral private.quota_period(named.period, 'credits', p_at, subscription) as part
  where subscription.organization_id = p_organization_id
  on conflict (organization_id, meter_id, user_id, period, period_start) do update
    set held_amount = counter.held_amount + excluded.held_amount;
  update private.credit_holds as hold
  set is_capped = true
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  return true;
end
$$;

comment on function private.hold_capped(uuid, uuid, uuid, numeric, timestamptz)
  is 'Counts a hold against the caps of its member, unless one of them refuses it.';
