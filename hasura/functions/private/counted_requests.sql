/*
 * The requests that count against the rate limits of a capability: open and settled reservations of
 * the last minute, the last hour, and the day so far. Reads as far back as the limits need and
 * nothing where there is none. `times` are when they were made, newest first.
 */
create function private.counted_requests(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
  p_at timestamptz
)
returns table (in_minute bigint, in_hour bigint, in_day bigint, times timestamptz[])
language sql
stable
as $$
  select
    count(*) filter (where made.created_at > bound.minute_start),
    count(*) filter (where made.created_at > bound.hour_start),
    count(*) filter (where made.created_at >= bound.day_start),
    array_agg(made.created_at order by made.created_at desc)
  from (
    select
      p_at - interval '1 minute' as minute_start,
      p_at - interval '1 hour' as hour_start,
      date_trunc('day', p_at, 'UTC') as day_start
    -- Without it the planner writes the terms into the places that use them, and reckons each row.
    offset 0
  ) as bound
  join private.credit_holds as made
    on made.organization_id = p_organization_id
    and made.capability_id = p_capability_id
    and coalesce(made.ended_as, 'settled') = 'settled'
    and made.id >= private.first_uuid_at(
      least(
        case when p_day_limit is not null then bound.day_start end,
        case when p_hour_limit is not null then bound.hour_start end,
        case when p_minute_limit is not null then bound.minute_start end
      )
    )
  where coalesce(p_minute_limit, p_hour_limit, p_day_limit) is not null
$$;

comment on function private.counted_requests(uuid, text, integer, integer, integer, timestamptz)
  is 'Requests that count against the rate limits of a capability.';
