/*
 * A new member with the name under which holds are written. The share lock waits for a change of that
 * name on its way, which would not see this row.
 */
create function private.name_member()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from auth.users as person where person.id = new.user_id for share;
  new.actor := private.actor_of_user(new.user_id);
  return new;
end
$$;

comment on function private.name_member() is 'Writes the name of a new member.';

create trigger name_member
before insert on auth.members
for each row execute function private.name_member();
