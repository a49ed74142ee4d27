/*
 * What is left of a user's session minutes at a moment, in whole seconds, by the limit that is the
 * closest (null: unlimited). resets_at is when that limit begins anew, renews_at when any of them does.
 *
 * Counted against a limit: what is booked, what sessions have used since (it is booked minute by
 * minute), and for a limit of the whole organization what is promised to the sessions of others.
 * For a moment to come: p_ahead_seconds will have been used by then, from p_ahead_from on.
 * The caller holds the gate.
 */
create function private.session_minutes_left(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz,
  p_ahead_from timestamptz default null,
  p_ahead_seconds integer default 0
)
returns table (
  included_seconds integer,
  bound_by text,
  limit_minutes numeric,
  used_minutes numeric,
  resets_at timestamptz,
  renews_at timestamptz
)
language sql
stable
as $$
  with subscription as (
    select subscribed as row
    from public.org_plans as subscribed
    where subscribed.organization_id = p_organization_id
  ),
  rule as materialized (
    select
      limited.*,
      limited.scope_user_id = '00000000-0000-0000-0000-000000000000' as is_shared,
      limited.period_start <= coalesce(p_ahead_from, p_at) as has_begun
    from private.quota_state(p_organization_id, p_user_id, 'session_minutes', p_at) as limited
  ),
  unbooked as (
    select
      coalesce(sum(period.used_seconds - period.booked_minutes * 60) filter (
        where period.user_id = p_user_id
      ), 0) as own_seconds,
      coalesce(sum(period.used_seconds - period.booked_minutes * 60), 0) as all_seconds
    from subscription
    cross join lateral private.quota_period(
      'month', 'session_minutes', coalesce(p_ahead_from, p_at), subscription.row
    ) as month
    join public.usage_periods as period
      on period.organization_id = p_organization_id
      and period.period_start = month.period_start
      and (period.user_id = p_user_id or exists (select from rule where rule.is_shared))
  ),
  promised as (
    select coalesce(sum(greatest(extract(
      epoch from least(other.lease_expires_at, other.included_until) - other.last_heartbeat_at
    ), 0)), 0) as seconds
    from private.metered_sessions as other
    where other.organization_id = p_organization_id
      and other.user_id <> p_user_id
      and other.status = 'active'
      and exists (select from rule where rule.is_shared)
  ),
  measured as (
    select
      rule.*,
      rule.used_amount * 60 + case
        when not rule.has_begun then 0
        when rule.is_shared then unbooked.all_seconds + promised.seconds + p_ahead_seconds
        else unbooked.own_seconds + p_ahead_seconds
      end as used_seconds
    from rule
    cross join unbooked
    cross join promised
  )
  select
    case
      when bound.level is null then 0
      when bound.ceiling_amount is not null then least(greatest(floor(
        (bound.ceiling_amount - bound.held_amount) * 60 - bound.used_seconds
      ), 0), 2147483647)::integer
    end,
    bound.level,
    bound.limit_amount,
    bound.used_seconds / 60,
    bound.period_end,
    renewal.at
  from (select min(rule.period_end) as at from rule) as renewal
  left join lateral (
    select measured.*
    from measured
    order by
      (measured.ceiling_amount - measured.held_amount) * 60 - measured.used_seconds nulls last,
      measured.level
    limit 1
  ) as bound on true
$$;

comment on function private.session_minutes_left(uuid, uuid, timestamptz, timestamptz, integer)
  is 'Seconds of live sessions that a user has left at a moment, and which limit tells so.';
