/*
 * The answer of a refusal: what is left of the minutes, and no session. For lack of minutes the
 * outcome names the limit that bound.
 */
create function private.session_refused(
  p_outcome text,
  p_session private.metered_sessions,
  p_at timestamptz
)
returns private.session_answer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer private.session_answer;
  v_session private.metered_sessions := p_session;
begin
  v_session.status := null;
  v_answer := private.session_answer(p_outcome, v_session, p_at);
  v_answer.outcome := case
    when p_outcome = 'quota_exceeded' and v_answer.bound_by = 'member_cap'
      then 'member_cap_exceeded'
    else p_outcome
  end;
  v_answer.session_id := null;
  return v_answer;
end
$$;

comment on function private.session_refused(text, private.metered_sessions, timestamptz)
  is 'The answer of a refusal to start a session.';
