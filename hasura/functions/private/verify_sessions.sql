/*
 * Proves the counts of live sessions of one organization, or of all when p_organization_id is null: a
 * row for each difference, with what was expected and found; no rows when all is right. Reads one
 * snapshot, so it is exact while others write.
 *
 * periods_equal_sessions: seconds of a user's periods, of the plan and bought, against the sessions.
 * ledger_equals_periods: minutes booked for the sessions of a user. booked_in_time: what is not booked
 * is less than a minute, and nothing of a period that is archived. hold_is_open_session: credits are
 * held by running sessions only.
 */
create function private.verify_sessions(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with period as materialized (
    select
      kept.organization_id, kept.user_id, sum(kept.used_seconds) as used_seconds,
      sum(kept.bought_seconds) as bought_seconds, sum(kept.booked_minutes) as booked_minutes,
      count(*) filter (
        where round(kept.used_seconds / 60.0, 4) - kept.booked_minutes not between
          0 and case when kept.archived_at is null then 0.9999 else 0 end
      ) as late
    from public.usage_periods as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
    group by 1, 2
  ),
  session as materialized (
    select
      made.organization_id, made.user_id,
      sum(made.used_seconds - made.bought_seconds) as used_seconds,
      sum(made.bought_seconds) as bought_seconds,
      count(*) filter (
        where made.status = 'ended' and made.hold_reservation_id is not null
      ) as holds
    from private.metered_sessions as made
    where p_organization_id is null or made.organization_id = p_organization_id
    group by 1, 2
  ),
  booked as materialized (
    select written.organization_id, written.user_id, sum(written.amount) as minutes
    from public.usage_ledger as written
    where written.meter_id = 'session_minutes'
      and written.source = 'session'
      and (p_organization_id is null or written.organization_id = p_organization_id)
    group by 1, 2
  )
  select
    coalesce(period.organization_id, session.organization_id, booked.organization_id),
    checked.invariant, checked.expected, checked.actual,
    jsonb_build_object('user_id', coalesce(period.user_id, session.user_id, booked.user_id))
  from period
  full join session
    on session.organization_id = period.organization_id and session.user_id = period.user_id
  full join booked
    on booked.organization_id = coalesce(period.organization_id, session.organization_id)
    and booked.user_id = coalesce(period.user_id, session.user_id)
  cross join lateral (
    values
      ('periods_equal_sessions', session.used_seconds::numeric, period.used_seconds::numeric),
      ('periods_equal_sessions', session.bought_seconds, period.bought_seconds),
      ('ledger_equals_periods', period.booked_minutes, booked.minutes),
      ('booked_in_time', 0, period.late),
      ('hold_is_open_session', 0, session.holds)
  ) as checked (invariant, expected, actual)
  where coalesce(checked.expected, 0) <> coalesce(checked.actual, 0)
$$;

comment on function private.verify_sessions(uuid)
  is 'Names what is wrong with the counts of live sessions; no rows when all is right.';

grant execute on function private.verify_sessions(uuid) to purser_api;
