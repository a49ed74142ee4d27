/*
 * Whether a user could start a session now, and what is left of the minutes. Gate: the balance row (lock_for_session),
 * so that the answer is the one that start_session would give.
 *
 * Outcomes: allowed, session_active (with the session that runs), quota_exceeded,
 * member_cap_exceeded, subscription_inactive, unknown_organization, unknown_user.
 */
create function private.session_allowance(p_organization_id uuid, p_user_id uuid)
returns private.session_answer
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
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
  v_answer private.session_answer;
  v_refusal text := private.session_refusal(p_organization_id, p_user_id, 'none', v_at);
begin
  select session.* into v_session
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.user_id = p_user_id
    and session.status = 'active';
  v_session := private.move_session(v_session, v_at, false, null);
  if v_refusal is null and v_session.status = 'active' then
    return private.session_answer('session_active', v_session, v_at);
  end if;

  v_session := null;
  v_session.organization_id := p_organization_id;
  v_session.user_id := p_user_id;
  v_answer := private.session_refused(coalesce(v_refusal, 'allowed'), v_session, v_at);
  if v_refusal is null and v_answer.remaining_seconds = 0 and coalesce(
    private.buyable_session_time(
      p_organization_id, p_user_id, v_at, v_answer.minute_price_credits
    ),
    interval '0'
  ) = interval '0' then
    v_answer := private.session_refused('quota_exceeded', v_session, v_at);
  end if;
  return v_answer;
end
$$;

comment on function private.session_allowance(uuid, uuid)
  is 'Whether a user could start a session now, and what is left of the minutes.';

grant execute on function private.session_allowance(uuid, uuid) to purser_api;
