/*
 * The rate limits of a capability as they stand: one element for each limit that there is, with what
 * counts against it and when the next place becomes free. That is the next midnight of UTC for the
 * day; for the sliding windows it is when enough requests have left them, null while they are empty
 * or when a limit of 0 blocks for good. The counts and times are those of counted_requests().
 */
create function private.rate_limit_windows(
  p_minute_limit integer,
  p_minute_used bigint,
  p_hour_limit integer,
  p_hour_used bigint,
  p_day_limit integer,
  p_day_used bigint,
  p_times timestamptz[],
  p_at timestamptz
)
returns jsonb
language sql
stable
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'window', limited.name,
        'limit', limited.request_limit,
        'used', limited.used,
        'remaining', greatest(limited.request_limit - limited.used, 0),
        'resets_at', case
          when limited.request_limit = 0 then null
          when limited.name = 'day' then date_trunc('day', p_at, 'UTC') + limited.width
          -- The one after whose leaving one more fits: the oldest, unless the limit was lowered.
          else p_times[least(limited.used, limited.request_limit)] + limited.width
        end
      )
      order by limited.width
    ),
    '[]'
  )
  from (
    values
      ('minute', p_minute_limit, p_minute_used::integer, interval '1 minute'),
      ('hour', p_hour_limit, p_hour_used::integer, interval '1 hour'),
      ('day', p_day_limit, p_day_used::integer, interval '1 day')
  ) as limited (name, request_limit, used, width)
  where limited.request_limit is not null
$$;

comment on function private.rate_limit_windows(
  integer, bigint, integer, bigint, integer, bigint, timestamptz[], timestamptz
) is 'Rate limits of a capability with their use and the time of the next free place.';
