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
  -- Read once, newest first: every window is a beginning of this list.
  with made as materialized (
    select coalesce(array_agg(request.created_at order by request.created_at desc), '{}') as times
    from public.credit_reservations as request
    where request.organization_id = p_organization_id
      and request.id >= private.first_uuid_at(
        case
          when p_day_limit is null then p_at - interval '1 hour'
          else least(p_at - interval '1 hour', date_trunc('day', p_at, 'UTC'))
        end
      )
      and request.capability_id = p_capability_id
      and request.status in ('reserved', 'settled')
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'window', limited.name,
        'limit', limited.request_limit,
        'used', counted.used,
        'remaining', greatest(limited.request_limit - counted.used, 0),
        'resets_at', case
          when limited.request_limit = 0 then null
          when limited.name = 'day' then date_trunc('day', p_at, 'UTC') + limited.width
          -- The one after whose leaving one more fits: the oldest, unless the limit was lowered.
          else made.times[least(counted.used, limited.request_limit)] + limited.width
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
      -- Midnight itself belongs to the new day.
      ('day', p_day_limit, interval '1 day', date_trunc('day', p_at, 'UTC') - interval '1 microsecond')
  ) as limited (name, request_limit, width, since)
  cross join made
  cross join lateral (
    select count(*)::integer as used
    from unnest(made.times) as request (created_at)
    where request.created_at > limited.since
  ) as counted
  where limited.request_limit is not null
$$;

comment on function private.rate_limit_windows(uuid, text, integer, integer, integer, timestamptz)
  is 'Rate limits of a capability with their use and the time of the next free place.';
