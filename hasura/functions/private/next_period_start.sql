/*
 * The first moment after p_after at which a period begins: midnight, in the organization's time
 * zone, of the anchor day, or of the last day of a shorter month. It is counted from the anchor and
 * not from the last start, so 31 January is followed by 28 February and that by 31 March, and a
 * midnight that a change of clocks skips or repeats moves one start only.
 */
create function private.next_period_start(
  p_after timestamptz,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select min(start.at)
  from (
    select date_trunc('month', p_after at time zone p_time_zone) + month.past as first_day
    from (values (interval '0'), (interval '1 month')) as month (past)
  ) as month
  cross join lateral (
    select least(
      month.first_day + make_interval(days => p_anchor_day - 1),
      month.first_day + interval '1 month' - interval '1 day'
    ) at time zone p_time_zone as at
  ) as start
  where start.at > p_after
$$;

comment on function private.next_period_start(timestamptz, integer, text)
  is 'When the next period begins: midnight of the anchor day in the time zone, or of the last day of the month.';
