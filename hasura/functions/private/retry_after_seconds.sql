/*
 * How long until a request of a capability fits its rate limits again: the longest wait of the
 * windows that are full. p_taken counts requests accepted at this moment and not yet stored.
 * Null when a limit of 0 blocks for good.
 */
create function private.retry_after_seconds(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
  p_taken integer,
  p_at timestamptz
)
returns integer
language sql
stable
as $$
  -- A window is free again when the request that is `limit` places back from now has left it.
  with sliding as (
    select p_minute_limit as request_limit, interval '1 minute' as width
    union all
    select p_hour_limit, interval '1 hour'
  ),
  wait as (
    select sliding.width - (p_at - counted.created_at) as remaining
    from sliding
    cross join lateral (
      select counted.created_at
      from (
        select p_at as created_at, null::uuid as id
        from generate_series(1, p_taken)
        union all
        select made.created_at, made.id
        from private.credit_holds as made
        where made.organization_id = p_organization_id
          and made.id >= private.first_uuid_at(p_at - sliding.width)
          and made.created_at > p_at - sliding.width
          and made.capability_id = p_capability_id
          and coalesce(made.ended_as, 'settled') = 'settled'
      ) as counted
      order by counted.created_at desc, counted.id desc nulls first
      offset greatest(sliding.request_limit - 1, 0)
      limit 1
    ) as counted
    where sliding.request_limit is not null
    union all
    select date_trunc('day', p_at, 'UTC') + interval '1 day' - p_at
    where p_day_limit <= p_taken + (
      select count(*)
      from private.credit_holds as made
      where made.organization_id = p_organization_id
        and made.id >= private.first_uuid_at(date_trunc('day', p_at, 'UTC'))
        and made.created_at >= date_trunc('day', p_at, 'UTC')
        and made.capability_id = p_capability_id
        and coalesce(made.ended_as, 'settled') = 'settled'
    )
  )
  select case
    when 0 in (p_minute_limit, p_hour_limit, p_day_limit) then null
    else greatest(1, ceil(extract(epoch from max(wait.remaining))))::integer
  end
  from wait
$$;

comment on function private.retry_after_seconds(uuid, text, integer, integer, integer, integer, timestamptz)
  is 'Seconds until the rate limits of a capability have room; null when it is blocked.';
