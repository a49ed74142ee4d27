/*
 * Job: deletes events of Stripe that have been applied or ignored for longer than the retention, at
 * most p_limit in a call. Money, credits and invoices have rows of their own, and what an event says is
 * applied at most once whether or not the event is still there. What is not finished, or dead, stays.
 * Rows that somebody is at are skipped. `remaining`: a further call would find more.
 * SQLSTATE: LG003 a retention of less than 30 days, in which Stripe may deliver an event again.
 */
create function private.clean_stripe_events(p_retention_days integer, p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_retention_days >= 30) is not true then
    raise exception 'events are kept for at least 30 days, not %', p_retention_days
      using errcode = 'LG003';
  end if;

  with old as materialized (
    select event.id
    from public.stripe_events as event
    where event.applied_at < private.current_time_utc() - make_interval(days => p_retention_days)
      and event.status in ('applied', 'ignored')
    order by event.applied_at
    limit p_limit
    for update skip locked
  )
  delete from public.stripe_events as event
  using old
  where event.id = old.id;
  get diagnostics processed = row_count;
  remaining := processed = p_limit;
  failed := 0;
  return next;
end
$$;

comment on function private.clean_stripe_events(integer, integer)
  is 'Job: deletes events of Stripe that have been done with for longer than the retention.';

grant execute on function private.clean_stripe_events(integer, integer) to purser_api;
