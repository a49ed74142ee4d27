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
  v_organization_ids uuid[] := p_organization_ids;
  v_plain_ids uuid[];
  v_started integer;
  v_paid integer;
  v_total integer := 0;
begin
  -- Mostly holds are due, and then this look is all that it costs.
  if exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.period_end <= p_at
      and balance.reserved_credits = 0
  ) then
    v_plain_ids := private.start_plain_periods(p_organization_ids, p_at);
    v_total := coalesce(cardinality(v_plain_ids), 0);
    if v_total = cardinality(p_organization_ids) then
      return v_total;
    end if;
    v_organization_ids := array(
      select asked.id from unnest(p_organization_ids) as asked (id)
      except
      select done.id from unnest(v_plain_ids) as done (id)
    );
    if cardinality(v_organization_ids) = 0 then
      return v_total;
    end if;
  end if;
  perform private.expire_overdue_holds(v_organization_ids, p_at);
  loop
    perform private.expire_due_grants(v_organization_ids, p_at);
    v_started := private.start_due_periods(v_organization_ids, p_at);
    v_paid := private.start_paid_periods(v_organization_ids, p_at);
    v_total := v_total + v_started + v_paid;
    exit when v_started + v_paid = 0;
    -- Mostly one period was missed, and a look at the balances saves the round that finds nothing.
    exit when v_paid = 0 and not exists (
      select
      from public.organization_credit_balances as balance
      where balance.organization_id = any (v_organization_ids)
        and least(balance.period_end, balance.next_grant_expires_at) <= p_at
    );
  end loop;
  return v_total;
end
$$;

comment on function private.reset_organizations(uuid[], timestamptz)
  is 'Starts every period that is due for locked organizations; returns how many.';
