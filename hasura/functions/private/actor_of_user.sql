/* A user as the rows name him that he caused: id, name and e-mail address as they are now. */
create function private.actor_of_user(p_user_id uuid)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object('user_id', person.id, 'name', person.name, 'email', person.email)
  from auth.users as person
  where person.id = p_user_id
$$;

comment on function private.actor_of_user(uuid) is 'A user as the rows name him that he caused.';
