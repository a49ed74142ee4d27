/*
 * The rate limits of a capability as they stand: one element for each limit that there is, with what
 * counts against it (open and settled reservations) and when the next place becomes free. That is
 * the next midnight of UTC for the day; for the sliding windows it is when enough requests have left
 * them, null while they are empty or when a limit of 0 blocks for good.
 */
create function private.rate_limit_windows(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
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
        'used', counted.used,
        'remaining', greatest(limited.request_limit - counted.used, 0),
        'resets_at', case
          when limited.request_limit = 0 then null
          when limited.name = 'day' then limited.since + limited.width
          else counted.leaves_at + limited.width
        end
      )
      order by limited.width
    ),
    '[]'
  )
  from (
    values
      ('minute', p_minute_limit, interval '1 minute', p_at - interval '1 minute'),
      ('hour', p_hour_limit, interval '1 hour', p_at - interval '1 hour'),
      ('day', p_day_limit, interval '1 day', date_trunc('day', p_at, 'UTC'))
  ) as limited (name, request_limit, width, since)
  cross join lateral (
    select
      count(*) as used,
      -- The request after whose leaving one more fits: the oldest, unless the limit was lowered.
      min(made.created_at) filter (
        where made.place > made.total - greatest(limited.request_limit, 1)
      ) as leaves_at
    from (
      select
        request.created_at,
        row_number() over (order by request.created_at, request.id) as place,
        count(*) over () as total
      from public.credit_reservations as request
      where request.organization_id = p_organization_id
        and request.id >= private.first_uuid_at(limited.since)
        and (
          request.created_at > limited.since
          or limited.name = 'day' and request.created_at = limited.since
        )
        and request.capability_id = p_capability_id
        and request.status in ('reserved', 'settled')
    ) as made
  ) as counted
  where limited.request_limit is not null
$$;

comment on function private.rate_limit_windows(uuid, text, integer, integer, integer, timestamptz)
  is 'Rate limits of a capability with their use and the time of the next free place.';
