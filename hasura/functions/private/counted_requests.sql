/*
 * How many requests count against the rate limits of a capability: open and settled reservations of
 * the last minute and hour, and of the day so far if that has a limit.
 */
create function private.counted_requests(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
  p_at timestamptz
)
returns table (in_minute bigint, in_hour bigint, in_day bigint)
language sql
stable
as $$
  select
    count(*) filter (where made.created_at > p_at - interval '1 minute'),
    count(*) filter (where made.created_at > p_at - interval '1 hour'),
    count(*) filter (where made.created_at >= date_trunc('day', p_at, 'UTC'))
  from public.credit_reservations as made
  -- Reads nothing where there is no limit.
  where coalesce(p_minute_limit, p_hour_limit, p_day_limit) is not null
    and made.organization_id = p_organization_id
    and made.capability_id = p_capability_id
    and made.status in ('reserved', 'settled')
    and made.id >= private.first_uuid_at(
      case
        when p_day_limit is not null
          then least(date_trunc('day', p_at, 'UTC'), p_at - interval '1 hour')
        else p_at - interval '1 hour'
      end
    )
$$;

comment on function private.counted_requests(uuid, text, integer, integer, integer, timestamptz)
  is 'Requests that count against the rate limits of a capability.';
