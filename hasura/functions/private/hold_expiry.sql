/* When a hold ends: 5 minutes unless told, never more than a day without being extended. */
create function private.hold_expiry(p_seconds integer, p_at timestamptz)
returns timestamptz
language sql
stable
parallel safe
as $$
  select p_at + make_interval(secs => least(greatest(coalesce(p_seconds, 300), 1), 86400))
$$;

comment on function private.hold_expiry(integer, timestamptz) is 'When a hold of so many seconds ends.';
