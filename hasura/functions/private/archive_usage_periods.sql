/*
 * Closes the periods of users that are over, at most p_limit, of organizations whose gate is free.
 * Not before every session that was running when the period ended has been counted.
 */
create function private.archive_usage_periods(p_at timestamptz, p_limit integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_archived integer;
begin
  with due as materialized (
    select period.organization_id, period.user_id, period.period_start
    from public.usage_periods as period
    where period.archived_at is null
      and period.period_end <= p_at
      and not exists (
        select
        from private.metered_sessions as session
        where session.organization_id = period.organization_id
          and session.user_id = period.user_id
          and session.status = 'active'
          and session.last_heartbeat_at < period.period_end
      )
    order by period.period_end, period.organization_id
    limit p_limit
  ),
  locked as materialized (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id in (select due.organization_id from due)
    order by balance.organization_id
    for no key update skip locked
  )
  update public.usage_periods as period
  set archived_at = p_at
  from due
  join locked on locked.organization_id = due.organization_id
  where period.organization_id = due.organization_id
    and period.user_id = due.user_id
    and period.period_start = due.period_start
    and period.archived_at is null;
  get diagnostics v_archived = row_count;
  return v_archived;
end
$$;

comment on function private.archive_usage_periods(timestamptz, integer)
  is 'Closes the periods of users that are over.';
