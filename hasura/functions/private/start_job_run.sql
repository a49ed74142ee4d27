/*
 * Takes a run of a job: of all deliveries with the same key one gets is_started = true. A run that
 * began more than 10 minutes ago and never finished is taken over, as its process has died.
 */
create function private.start_job_run(
  p_job text,
  p_run_key text,
  p_scheduled_time timestamptz
)
returns table (run_id uuid, is_started boolean)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  ),
  taken as (
    insert into public.job_runs as run (job, run_key, scheduled_time, started_at)
    select p_job, p_run_key, p_scheduled_time, moment.at from moment
    on conflict (run_key) do update
      set started_at = excluded.started_at
      where run.finished_at is null and run.started_at < excluded.started_at - interval '10 minutes'
    returning run.id
  )
  select taken.id, true from taken
  union all
  select run.id, false
  from public.job_runs as run
  where run.run_key = p_run_key and not exists (select from taken)
$$;

comment on function private.start_job_run(text, text, timestamptz)
  is 'Takes a run of a job; is_started is false when another has it.';

grant execute on function private.start_job_run(text, text, timestamptz) to purser_api;
