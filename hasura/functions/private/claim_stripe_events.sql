/*
 * Job: takes events whose next attempt is due, oldest first, for handling by the caller; each for so
 * long as the lease. Safe in many places at once: what another has locked is skipped, what another
 * has leased is not due.
 */
create function private.claim_stripe_events(p_limit integer, p_lease_seconds integer)
returns table (id text, attempts integer, payload jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with due as materialized (
    select event.id, clock.at
    from public.stripe_events as event
    cross join (select private.current_time_utc() as at) as clock
    where event.next_attempt_at <= clock.at
      and coalesce(event.lease_expires_at <= clock.at, true)
    order by event.next_attempt_at, event.id
    limit p_limit
    for no key update of event skip locked
  )
  update public.stripe_events as event
  set
    attempts = event.attempts + 1,
    lease_expires_at = due.at + make_interval(secs => p_lease_seconds)
  from due
  where event.id = due.id
  returning event.id, event.attempts, event.payload
$$;

comment on function private.claim_stripe_events(integer, integer)
  is 'Job: takes events of the inbox whose next attempt is due.';

grant execute on function private.claim_stripe_events(integer, integer) to purser_api;
