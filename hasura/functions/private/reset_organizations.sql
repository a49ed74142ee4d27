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
  v_paid integer;
  v_total integer := 0;
begin
  perform private.expire_overdue_holds(p_organization_ids, p_at);
  loop
    perform private.expire_due_grants(p_organization_ids, p_at);
    v_started := private.start_due_periods(p_organization_ids, p_at);
    v_paid := private.start_paid_periods(p_organization_ids, p_at);
    v_total := v_total + v_started + v_paid;
    exit when v_started + v_paid = 0;
    -- Mostly one period was missed, and a look at the balances saves the round that finds nothing.
    exit when v_paid = 0 and not exists (
      select
      from public.organization_credit_balances as balance
      where balance.organization_id = any (p_organization_ids)
        and least(balance.period_end, balance.next_grant_expires_at) <= p_at
    );
  end loop;
  return v_total;
end
$$;

comment on function private.reset_organizations(uuid[], timestamptz)
  is 'Starts every period that is due for locked organizations; returns how many.';
