/*
 * The last moment at or before p_at at which a period begins; the counterpart of next_period_start,
 * with the same days of shorter months.
 */
create function private.period_start_before(
  p_at timestamptz,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select max(start.at)
  from (
    select date_trunc('month', p_at at time zone p_time_zone) - month.past as first_day
    from (values (interval '0'), (interval '1 month')) as month (past)
  ) as month
  cross join lateral (
    select least(
      month.first_day + make_interval(days => p_anchor_day - 1),
      month.first_day + interval '1 month' - interval '1 day'
    ) at time zone p_time_zone as at
  ) as start
  where start.at <= p_at
$$;

comment on function private.period_start_before(timestamptz, integer, text)
  is 'When the period of a moment began: midnight of the anchor day in the time zone, or of the last day of the month.';
