/*
 * How far the minutes of the plan reach from a moment on if they are used without a pause: into the
 * next period when they last until then (which is looked at once), infinity when unlimited. resets_at
 * is when the limit that is the closest now begins anew.
 */
create function private.session_reach(
  p_organization_id uuid,
  p_user_id uuid,
  p_from timestamptz
)
returns table (included_until timestamptz, resets_at timestamptz, limit_minutes numeric)
language sql
stable
as $$
  select
    case
      when here.included_seconds is null then 'infinity'::timestamptz
      when here.included_until < here.renews_at then here.included_until
      else coalesce(
        here.renews_at + make_interval(secs => beyond.included_seconds), 'infinity'
      )
    end,
    here.resets_at,
    here.limit_minutes
  from (
    select
      space.included_seconds,
      space.resets_at,
      space.limit_minutes,
      space.renews_at,
      p_from + make_interval(secs => space.included_seconds) as included_until
    from private.session_minutes_left(p_organization_id, p_user_id, p_from) as space
  ) as here
  left join lateral private.session_minutes_left(
    p_organization_id, p_user_id, here.renews_at, p_from,
    extract(epoch from here.renews_at - p_from)::integer
  ) as beyond on here.included_until >= here.renews_at
$$;

comment on function private.session_reach(uuid, uuid, timestamptz)
  is 'Until when the minutes of the plan last, if they are used without a pause.';
