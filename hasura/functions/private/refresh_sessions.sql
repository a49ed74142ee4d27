/*
 * Trigger: a change of plan, or of whether and until when the subscription is active, reaches the
 * running sessions of the organization at once, whoever made it. Deferred to the end of the transaction, which holds the gate until then: by then the credits
 * and limits of the new plan are in place.
 */
create function private.refresh_sessions()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz;
  v_session private.metered_sessions;
begin
  if not exists (
    select
    from private.metered_sessions as session
    where session.organization_id = new.organization_id and session.status = 'active'
  ) then
    return null;
  end if;
  v_at := private.lock_for_session(new.organization_id);
  for v_session in
    select session.*
    from private.metered_sessions as session
    where session.organization_id = new.organization_id and session.status = 'active'
    order by session.id
  loop
    perform private.refresh_session(v_session, v_at);
  end loop;
  return null;
end
$$;

comment on function private.refresh_sessions()
  is 'Trigger: a change of plan reaches running sessions at once.';

create constraint trigger refresh_sessions
after update of plan_id, status, grace_ends_at on public.org_plans
deferrable initially deferred
for each row when (
  (old.plan_id, old.status, old.grace_ends_at)
    is distinct from (new.plan_id, new.status, new.grace_ends_at)
)
execute function private.refresh_sessions();
