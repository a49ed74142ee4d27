/*
 * Sessions that have ended by themselves but are still written down as active, at most p_limit, of
 * organizations after one. The index of active sessions serves it: what is read are those that run.
 */
create function private.due_sessions(
  p_at timestamptz,
  p_limit integer,
  p_after_organization_id uuid
)
returns table (organization_id uuid, session_id uuid)
language sql
stable
as $$
  select session.organization_id, session.id
  from private.metered_sessions as session
  cross join lateral public.session_state(session, p_at) as state
  where session.status = 'active'
    and session.organization_id > p_after_organization_id
    and state.status = 'ended'
  order by session.organization_id, session.id
  limit p_limit
$$;

comment on function private.due_sessions(timestamptz, integer, uuid)
  is 'Sessions whose end is not written down yet.';
