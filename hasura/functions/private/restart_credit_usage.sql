/*
 * Trigger: in another time zone the days of charges are others, so the roll-up of the organization
 * begins anew. Until the job has made it again, queries read the ledger itself.
 */
create function private.restart_credit_usage()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits also for a fold that has only just made the mark, and would else write days of the old zone.
  insert into private.credit_usage_folds as mark (organization_id, folded_sequence)
  values (new.organization_id, 0)
  on conflict (organization_id) do update set folded_sequence = 0;
  delete from public.credit_usage_daily as daily
  where daily.organization_id = new.organization_id;
  return null;
end
$$;

comment on function private.restart_credit_usage()
  is 'Trigger: a change of the time zone starts the roll-up of credits anew.';

create trigger restart_credit_usage
after update of time_zone on public.org_plans
for each row when (old.time_zone <> new.time_zone)
execute function private.restart_credit_usage();
