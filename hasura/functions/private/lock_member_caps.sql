/*
 * Before any change of caps: waits for other changes of caps to end. A statement locks its rows in
 * whatever order it meets them, and waits for the gate with those that it has, so two of them beside
 * each other would wait for each other. People set caps, and seldom: one at a time is enough.
 *
 * A user or an organization that is deleted takes its caps along. This lock comes first there as well:
 * a cap that is being set holds it while it waits for its user and its organization (foreign keys).
 */
create function private.lock_member_caps()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock('public.member_caps'::regclass::oid::bigint);
  return null;
end
$$;

comment on function private.lock_member_caps()
  is 'Trigger: changes of caps are made one after the other.';

create trigger lock_member_caps
before insert or update or delete on public.member_caps
for each statement execute function private.lock_member_caps();

create trigger lock_member_caps
before delete on auth.users
for each statement execute function private.lock_member_caps();

create trigger lock_member_caps
before delete on auth.organizations
for each statement execute function private.lock_member_caps();
