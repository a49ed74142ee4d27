/*
 * The one clock of the product: the time of this very call, so a caller that waited for a lock sees
 * the time after the wait. A test sets it for its database or session:
 *   alter database … set purser.clock = '2026-01-31 12:00:00+00'
 */
create function private.current_time_utc()
returns timestamptz
language sql
volatile
parallel safe
as $$
  select coalesce(
    nullif(current_setting('purser.clock', true), '')::timestamptz,
    clock_timestamp()
  )
$$;

comment on function private.current_time_utc() is 'The time; a test sets it by the setting purser.clock.';
