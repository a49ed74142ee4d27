/* When a period begins in the month of a moment, in a time zone, or so long after that month. */
create function private.period_start_in(
  p_moment timestamptz,
  p_later interval,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select least(
    date_trunc('month', p_moment at time zone p_time_zone) + p_later
      + make_interval(days => p_anchor_day - 1),
    date_trunc('month', p_moment at time zone p_time_zone) + p_later
      + interval '1 month' - interval '1 day'
  ) at time zone p_time_zone
$$;

comment on function private.period_start_in(timestamptz, interval, integer, text)
  is 'When a period begins in the month of a moment.';
