/*
 * The rules that depend on what happens at the same moment, in one place for the check that only
 * looks and for the reservation that holds the gate. Returns rate_limited, insufficient_credits or
 * null. A limit of null is unlimited, of 0 is blocked.
 */
create function private.limits_refusal(
  p_minute_limit integer,
  p_minute_used bigint,
  p_hour_limit integer,
  p_hour_used bigint,
  p_day_limit integer,
  p_day_used bigint,
  p_amount_credits numeric,
  p_available_credits numeric
)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when p_minute_used >= p_minute_limit then 'rate_limited'
    when p_hour_used >= p_hour_limit then 'rate_limited'
    when p_day_used >= p_day_limit then 'rate_limited'
    when p_amount_credits > p_available_credits then 'insufficient_credits'
  end
$$;

comment on function private.limits_refusal(integer, bigint, integer, bigint, integer, bigint, numeric, numeric)
  is 'rate_limited, insufficient_credits or null.';
