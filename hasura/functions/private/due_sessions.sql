/*
 * Sessions that have ended by themselves but are still written down as active, at most p_limit. The
 * index of active sessions serves it: what is read are the sessions that run.
 */
create function private.due_sessions(p_at timestamptz, p_limit integer)
returns table (organization_id uuid, session_id uuid)
language sql
stable
as $$
  select session.organization_id, session.id
  from private.metered_sessions as session
  cross join lateral public.session_state(session, p_at) as state
  where session.status = 'active' and state.status = 'ended'
  order by session.organization_id, session.id
  limit p_limit
$$;

comment on function private.due_sessions(timestamptz, integer)
  is 'Sessions whose end is not written down yet.';
