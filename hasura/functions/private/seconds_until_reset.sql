/*
 * How long until every full window of rate_limit_windows() has room again: what
 * retry_after_seconds() finds for a reservation. Null when a limit of 0 blocks for good.
 */
create function private.seconds_until_reset(p_windows jsonb, p_at timestamptz)
returns integer
language sql
stable
as $$
  select case
    when bool_and(limited.resets_at is not null)
      then greatest(1, ceil(extract(epoch from max(limited.resets_at) - p_at)))::integer
  end
  from jsonb_to_recordset(p_windows) as limited (remaining integer, resets_at timestamptz)
  where limited.remaining = 0
$$;

comment on function private.seconds_until_reset(jsonb, timestamptz)
  is 'Seconds until every full rate limit has room again; null when one blocks for good.';
