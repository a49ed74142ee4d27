/*
 * Adds seconds of a session to the period that p_at falls into, and books what is not yet in the
 * usage ledger once it is a minute, or when p_is_due. Booked is always the sum in minutes rounded to
 * four decimals, so the ledger follows the seconds exactly, however they came. What the ledger does
 * not take stays unbooked, and counts against the limits all the same. The caller holds the gate.
 */
create function private.count_period(
  p_session private.metered_sessions,
  p_at timestamptz,
  p_used_seconds integer,
  p_bought_seconds integer,
  p_sessions integer,
  p_is_due boolean
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subscription public.org_plans;
  v_period public.usage_periods;
  v_minutes numeric;
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_session.organization_id;

  insert into public.usage_periods as period (
    organization_id, user_id, period_start, period_end, plan_id, used_seconds, bought_seconds,
    sessions
  )
  select
    p_session.organization_id, p_session.user_id, month.period_start, month.period_end,
    v_subscription.plan_id, p_used_seconds, p_bought_seconds, p_sessions
  from private.quota_period('month', 'session_minutes', p_at, v_subscription) as month
  on conflict (organization_id, user_id, period_start) do update set
    used_seconds = period.used_seconds + excluded.used_seconds,
    bought_seconds = period.bought_seconds + excluded.bought_seconds,
    sessions = period.sessions + excluded.sessions
  returning period.* into v_period;

  -- A counter marks the period, so that it is found again when it is over: the first one of an
  -- organization begins on no anchor day. One that began early, as after a purchase of a plan, ends
  -- the one before.
  if v_period.booked_minutes = 0 then
    update public.usage_periods as earlier
    set period_end = v_period.period_start
    where earlier.organization_id = v_period.organization_id
      and earlier.user_id = v_period.user_id
      and earlier.period_start < v_period.period_start
      and earlier.period_end > v_period.period_start;
    insert into public.quota_usages
      (organization_id, meter_id, user_id, period, period_start, period_end)
    values (
      v_period.organization_id, 'session_minutes', '00000000-0000-0000-0000-000000000000',
      'month', v_period.period_start, v_period.period_end
    )
    on conflict do nothing;
  end if;

  v_minutes := round(v_period.used_seconds / 60.0, 4) - v_period.booked_minutes;
  if v_minutes <= 0 or (v_minutes < 1 and not p_is_due) then
    return;
  end if;
  update public.usage_periods as period
  set booked_minutes = period.booked_minutes + v_minutes
  from private.add_usage(
    p_session.organization_id, p_session.user_id, 'session_minutes', v_minutes,
    private.current_time_utc(), p_at,
    jsonb_build_object('session_id', p_session.id, 'topic', p_session.topic), true
  ) as booked
  where period.organization_id = v_period.organization_id
    and period.user_id = v_period.user_id
    and period.period_start = v_period.period_start
    and booked.outcome = 'recorded';
end
$$;

comment on function private.count_period(
  private.metered_sessions, timestamptz, integer, integer, integer, boolean
) is 'Adds seconds of a session to the period of its user, and to the usage ledger.';
