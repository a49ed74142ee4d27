/*
 * Brings organizations up to date: overdue holds are given back, grants expire, and where a period
 * has ended the next one begins with its rollover and allocation, as often as periods were missed; for
 * billed organizations, if it is paid. The caller holds the gates. Returns how many periods it started.
 */
create function private.reset_organizations(p_organization_ids uuid[], p_at timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_started integer;
  v_total integer := 0;
begin
  perform private.expire_overdue_holds(p_organization_ids, p_at);
  loop
    perform private.expire_due_grants(p_organization_ids, p_at);
    v_started := private.start_due_periods(p_organization_ids, p_at)
      + private.start_paid_periods(p_organization_ids, p_at);
    v_total := v_total + v_started;
    exit when v_started = 0;
  end loop;
  return v_total;
end
$$;

comment on function private.reset_organizations(uuid[], timestamptz)
  is 'Starts every period that is due for locked organizations; returns how many.';
