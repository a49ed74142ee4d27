/*
 * The first moment after p_after at which a period begins: midnight, in the organization's time
 * zone, of the anchor day, or of the last day of a shorter month. It is counted from the anchor and
 * not from the last start, so 31 January is followed by 28 February and that by 31 March, and a
 * midnight that a change of clocks skips or repeats moves one start only. One expression, so that it
 * becomes part of the statement that asks.
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
  select coalesce(
    nullif(
      greatest(private.period_start_in(p_after, interval '0', p_anchor_day, p_time_zone), p_after),
      p_after
    ),
    private.period_start_in(p_after, interval '1 month', p_anchor_day, p_time_zone)
  )
$$;

comment on function private.next_period_start(timestamptz, integer, text)
  is 'When the next period begins: midnight of the anchor day in the time zone, or of the last day of the month.';
