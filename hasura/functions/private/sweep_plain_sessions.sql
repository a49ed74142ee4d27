/*
 * The usual case of sweep_sessions in one statement for many: sessions that ended by themselves,
 * hold no credits, and whose last seconds are in the period and day of their last heartbeat. It does
 * what move_session does, and returns how many it ended; the others are left to that. Their minutes
 * go into the ledger whatever the limits say, as they were promised. The caller holds the gates.
 */
create function private.sweep_plain_sessions(
  p_organization_ids uuid[],
  p_limit integer,
  p_at timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entries private.usage_entry[];
  v_ended integer;
begin
  with due as materialized (
    select
      session.organization_id, session.id, session.user_id, session.topic, state.end_reason,
      state.ended_at, state.used_seconds, state.used_seconds - session.used_seconds as seconds,
      -- Without new seconds what is not booked yet is of the second before.
      session.last_heartbeat_at - case
        when state.used_seconds = session.used_seconds and session.used_seconds > 0
          then interval '1 second'
        else interval '0'
      end as event_at,
      session.last_heartbeat_at
        + make_interval(secs => state.used_seconds - session.used_seconds) as until
    from private.metered_sessions as session
    cross join lateral public.session_state(session, p_at) as state
    where session.organization_id = any (p_organization_ids)
      and session.status = 'active'
      and session.hold_reservation_id is null
      and state.status = 'ended'
    order by session.organization_id, session.id
    limit p_limit
  ),
  placed as materialized (
    select
      due.*, month.period_start, month.period_end, today.period_start as day_start,
      today.period_end as day_end, today.day
    from due
    join public.org_plans as subscription
      on subscription.organization_id = due.organization_id
    cross join lateral private.quota_period(
      'month', 'session_minutes', due.event_at, subscription
    ) as month
    cross join lateral private.quota_period(
      'day', 'session_minutes', due.event_at, subscription
    ) as today
    where due.until <= least(month.period_end, today.period_end)
      and exists (
        select
        from public.usage_periods as period
        where period.organization_id = due.organization_id
          and period.user_id = due.user_id
          and period.period_start = month.period_start
      )
  ),
  ended as (
    update private.metered_sessions as session
    set
      status = 'ended',
      end_reason = placed.end_reason,
      ended_at = placed.ended_at,
      used_seconds = placed.used_seconds,
      last_heartbeat_at = placed.until,
      lease_expires_at = least(session.lease_expires_at, placed.ended_at)
    from placed
    where session.organization_id = placed.organization_id and session.id = placed.id
    returning session.id
  ),
  counted as (
    update public.usage_periods as period
    set
      used_seconds = period.used_seconds + placed.seconds,
      booked_minutes = round((period.used_seconds + placed.seconds) / 60.0, 4)
    from placed
    where period.organization_id = placed.organization_id
      and period.user_id = placed.user_id
      and period.period_start = placed.period_start
      and (
        placed.seconds > 0
        or period.booked_minutes <> round(period.used_seconds / 60.0, 4)
      )
    returning placed.id as session_id, new.booked_minutes - old.booked_minutes as minutes
  )
  select
    (select count(*) from ended),
    (
      select array_agg(
        row(
          1, placed.organization_id, placed.user_id, 'session_minutes', 'flow', counted.minutes,
          'session', placed.event_at, placed.day, placed.day_start, placed.day_end,
          placed.period_start, placed.period_end, null::uuid, null::text, null::bytea,
          jsonb_build_object('session_id', placed.id, 'topic', placed.topic), uuidv7(), 'recorded',
          jsonb_build_object('promised', true)
        )::private.usage_entry
        order by placed.organization_id, placed.id
      )
      from counted
      join placed on placed.id = counted.session_id
      where counted.minutes > 0
    )
  into v_ended, v_entries;
  perform private.write_usage(v_entries, p_at);
  perform private.note_over_limits(v_entries, p_at);
  return v_ended;
end
$$;

comment on function private.sweep_plain_sessions(uuid[], integer, timestamptz)
  is 'Ends sessions whose time is over, the usual ones of a batch at once.';
