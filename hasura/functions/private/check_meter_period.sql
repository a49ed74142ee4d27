/*
 * Trigger: a level has limits without a period, a flow has them for a day or a month; a limit of the
 * other kind would never count anything. Caps may also be on credits, for a day or a month, and are
 * for members of the organization. That the user who set one is deleted is no change of a cap: it may
 * be of somebody who is no member any more.
 */
create function private.check_meter_period()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
begin
  select meter.kind into v_kind from public.meters as meter where meter.id = new.meter_id;
  if tg_table_name = 'member_caps' then
    new.updated_at := private.current_time_utc();
    if new.meter_id = 'credits' then
      v_kind := 'flow';
    end if;
    if not exists (
      select
      from auth.members as member
      where member.organization_id = new.organization_id and member.user_id = new.user_id
    ) then
      raise exception 'a cap is for a member of the organization' using errcode = 'check_violation';
    end if;
  end if;
  if v_kind is null then
    raise exception 'there is no meter %', new.meter_id using errcode = 'check_violation';
  end if;
  if (v_kind = 'level') is distinct from (new.period = 'none') then
    raise exception 'a % has no limit with the period %', v_kind, new.period
      using errcode = 'check_violation';
  end if;
  return new;
end
$$;

comment on function private.check_meter_period()
  is 'Trigger: limits have a period that fits their meter; caps are for members.';

create trigger check_meter_period
before insert or update on public.plan_meter_limits
for each row execute function private.check_meter_period();

create trigger check_meter_period
before insert or update on public.quota_overrides
for each row execute function private.check_meter_period();

create trigger check_meter_period
before insert or update
of organization_id, user_id, meter_id, period, limit_amount on public.member_caps
for each row execute function private.check_meter_period();
