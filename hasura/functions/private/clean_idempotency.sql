/*
 * Job: forgets stored answers of operations that are older than the retention, at most p_limit in a
 * call, and the records of job runs that nobody looks at any more. Reservations, their keys and
 * fingerprints stay, so an old key never charges twice; only its answer is not kept for ever.
 * Rows that another runner is deleting are skipped. `remaining`: a further call would find more.
 * SQLSTATE: LG003 a retention of less than 24 hours, which callers are promised.
 */
create function private.clean_idempotency(p_retention_hours integer, p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := private.current_time_utc() - make_interval(hours => p_retention_hours);
begin
  if (p_retention_hours >= 24) is not true then
    raise exception 'answers are kept for at least 24 hours, not %', p_retention_hours
      using errcode = 'LG003';
  end if;

  -- Identifiers of reservations are in order of time, so the primary key finds the old ones.
  with old as materialized (
    select result.reservation_id
    from public.ai_operation_results as result
    where result.reservation_id < private.first_uuid_at(v_before) and result.created_at < v_before
    order by result.reservation_id
    limit p_limit
    for update skip locked
  )
  delete from public.ai_operation_results as result
  using old
  where result.reservation_id = old.reservation_id;
  get diagnostics processed = row_count;
  remaining := processed = p_limit;

  delete from public.job_runs as run
  where run.started_at < v_before - interval '30 days';
  failed := 0;
  return next;
end
$$;

comment on function private.clean_idempotency(integer, integer)
  is 'Job: deletes stored answers that are older than the retention.';

grant execute on function private.clean_idempotency(integer, integer) to purser_api;
