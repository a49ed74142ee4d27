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
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  insert into public.job_runs as run (job, run_key, scheduled_time, started_at)
  values (p_job, p_run_key, p_scheduled_time, private.current_time_utc())
  on conflict (run_key) do update
    set started_at = excluded.started_at
    where run.finished_at is null and run.started_at < excluded.started_at - interval '10 minutes'
  returning run.id into run_id;
  is_started := run_id is not null;
  if not is_started then
    -- A statement of its own: the snapshot of the first may be older than the run that it met.
    select run.id into run_id from public.job_runs as run where run.run_key = p_run_key;
  end if;
  return next;
end
$$;

comment on function private.start_job_run(text, text, timestamptz)
  is 'Takes a run of a job; is_started is false when another has it.';

grant execute on function private.start_job_run(text, text, timestamptz) to purser_api;
