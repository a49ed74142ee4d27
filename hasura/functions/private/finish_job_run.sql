/* Records how a run of a job ended. A run that is already finished stays as it is. */
create function private.finish_job_run(
  p_run_id uuid,
  p_processed integer,
  p_failed integer,
  p_summary jsonb
)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  ),
  finished as (
    update public.job_runs as run
    set
      finished_at = moment.at,
      processed = p_processed,
      failed = p_failed,
      duration_milliseconds = extract(epoch from moment.at - run.started_at) * 1000,
      summary = p_summary
    from moment
    where run.id = p_run_id and run.finished_at is null
    returning run.id
  )
  select exists (select from finished)
$$;

comment on function private.finish_job_run(uuid, integer, integer, jsonb)
  is 'Records how a run of a job ended; false when it had ended before.';

grant execute on function private.finish_job_run(uuid, integer, integer, jsonb) to purser_api;
