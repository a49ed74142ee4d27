/*
 * Writes what became of an event that the caller had taken. p_status: applied, ignored or failed;
 * what failed is due again after 15 seconds doubled with each attempt, at most six hours, and is
 * dead after p_maximum_attempts. Compare-and-set on the attempt: whoever lost its lease to a later
 * attempt writes nothing (null). Returns the status that now stands.
 */
create function private.finish_stripe_event(
  p_id text,
  p_attempts integer,
  p_status text,
  p_organization_id uuid,
  p_outcome jsonb,
  p_error text,
  p_maximum_attempts integer
)
returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update public.stripe_events as event
  set
    status = verdict.status,
    organization_id = coalesce(p_organization_id, event.organization_id),
    outcome = p_outcome,
    last_error = left(p_error, 2000),
    lease_expires_at = null,
    next_attempt_at = case
      when verdict.status = 'failed'
        then verdict.at + least(interval '15 seconds' * 2 ^ least(p_attempts, 20), interval '6 hours')
    end,
    applied_at = case when verdict.status in ('applied', 'ignored') then verdict.at end
  from (
    select
      private.current_time_utc() as at,
      case
        when p_status = 'failed' and p_attempts >= p_maximum_attempts then 'dead'
        else p_status
      end as status
  ) as verdict
  where event.id = p_id
    and event.attempts = p_attempts
    and event.next_attempt_at is not null
  returning event.status
$$;

comment on function private.finish_stripe_event(text, integer, text, uuid, jsonb, text, integer)
  is 'Writes what became of an event of Stripe; failed ones are due again or dead.';

grant execute on function private.finish_stripe_event(
  text, integer, text, uuid, jsonb, text, integer
) to purser_api;
