/*
 * Job: begins paid periods that waited for their time, of at most p_limit organizations that nobody
 * touches; the others begin them with their first request. Skips those that are busy, so it can run
 * twice and in many places. Returns how many lines it applied.
 */
create function private.start_waiting_periods(p_limit integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[];
  v_at timestamptz := private.current_time_utc();
  v_applied integer;
  v_total integer := 0;
begin
  select array_agg(locked.organization_id order by locked.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id in (
      select line.organization_id
      from public.billing_invoice_lines as line
      where line.status = 'waiting' and line.period_start <= v_at
      order by line.period_start
      limit p_limit
    )
    order by balance.organization_id
    for no key update skip locked
  ) as locked;
  v_at := private.current_time_utc();
  if v_organization_ids is null then
    return 0;
  end if;
  perform private.reset_organizations(v_organization_ids, v_at);
  loop
    v_applied := private.start_paid_periods(v_organization_ids, v_at);
    v_total := v_total + v_applied;
    exit when v_applied = 0;
  end loop;
  return v_total;
end
$$;

comment on function private.start_waiting_periods(integer)
  is 'Job: begins paid periods that waited for their time.';

grant execute on function private.start_waiting_periods(integer) to purser_api;
