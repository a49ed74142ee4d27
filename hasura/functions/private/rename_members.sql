/* A user who is called otherwise from now on: his memberships name him so, for what he causes then. */
create function private.rename_members()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update auth.members as membership
  set actor = private.actor_of_user(new.id)
  where membership.user_id = new.id;
  return null;
end
$$;

comment on function private.rename_members() is 'Writes the new name of a user to his memberships.';

create trigger rename_members
after update of name, email on auth.users
for each row when ((old.name, old.email) is distinct from (new.name, new.email))
execute function private.rename_members();
