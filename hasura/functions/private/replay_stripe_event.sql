/*
 * Takes an event of the inbox for handling once more, whatever became of it; the caller handles it
 * and calls finish_stripe_event. What it says is applied at most once: that is the business of the
 * functions that apply it. No row: there is no such event. Outcomes: claimed, busy.
 */
create function private.replay_stripe_event(p_id text, p_lease_seconds integer)
returns table (outcome text, attempts integer, payload jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_lease_expires_at timestamptz;
begin
  select event.lease_expires_at, event.attempts, event.payload
  into v_lease_expires_at, attempts, payload
  from public.stripe_events as event
  where event.id = p_id
  for no key update;
  if not found then
    return;
  end if;
  v_at := private.current_time_utc();
  outcome := case when v_lease_expires_at > v_at then 'busy' else 'claimed' end;
  if outcome = 'claimed' then
    attempts := 1;
    update public.stripe_events as event
    set
      status = 'received',
      attempts = 1,
      next_attempt_at = v_at,
      applied_at = null,
      lease_expires_at = v_at + make_interval(secs => p_lease_seconds)
    where event.id = p_id;
  end if;
  return next;
end
$$;

comment on function private.replay_stripe_event(text, integer)
  is 'Takes an event of the inbox for handling once more.';

grant execute on function private.replay_stripe_event(text, integer) to purser_api;
