/*
 * Writes an event of Stripe into the inbox, once, and takes it for handling by a lease. This
 * commits before anything is done about the event: a crash afterwards leaves a row that
 * claim_stripe_events finds when the lease has ended. Gate: the event's row.
 *
 * Outcomes: claimed (the caller handles it and calls finish_stripe_event), busy (somebody else is
 * at it), done (applied, ignored or dead; nothing to do). A delivery of what failed before is
 * claimed at once, without waiting for the next attempt.
 */
create function private.receive_stripe_event(
  p_id text,
  p_type text,
  p_api_version text,
  p_created_at timestamptz,
  p_object_id text,
  p_payload jsonb,
  p_lease_seconds integer
)
returns table (outcome text, status text, attempts integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_event public.stripe_events;
begin
  insert into public.stripe_events as event (
    id, type, api_version, created_at, received_at, object_id, next_attempt_at, payload
  )
  values (
    p_id, p_type, p_api_version, p_created_at, private.current_time_utc(), p_object_id,
    private.current_time_utc(), p_payload
  )
  on conflict (id) do update set deliveries = event.deliveries + 1
  returning event.* into v_event;

  v_at := private.current_time_utc();
  outcome := case
    when v_event.next_attempt_at is null then 'done'
    when v_event.lease_expires_at > v_at then 'busy'
    else 'claimed'
  end;
  status := v_event.status;
  attempts := v_event.attempts;
  if outcome = 'claimed' then
    attempts := v_event.attempts + 1;
    update public.stripe_events as event
    set
      attempts = v_event.attempts + 1,
      lease_expires_at = v_at + make_interval(secs => p_lease_seconds)
    where event.id = p_id;
  end if;
  return next;
end
$$;

comment on function private.receive_stripe_event(
  text, text, text, timestamptz, text, jsonb, integer
) is 'Writes an event of Stripe into the inbox once and takes it for handling.';

grant execute on function private.receive_stripe_event(
  text, text, text, timestamptz, text, jsonb, integer
) to purser_api;
