/*
 * A session that the caller may move: one of the organization, and of the user unless p_user_id is
 * null. Nothing else is told apart: what is another's is not there.
 */
create function private.find_session(p_organization_id uuid, p_session_id uuid, p_user_id uuid)
returns private.metered_sessions
language sql
stable
as $$
  select session.*
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.id = p_session_id
    and (p_user_id is null or session.user_id = p_user_id)
$$;

comment on function private.find_session(uuid, uuid, uuid)
  is 'A session of an organization, or of one of its users.';
