/*
 * What so many seconds of bought time cost: by the second, rounded up to hundredths of a credit for
 * each hold.
 */
create function private.session_credits(p_seconds integer, p_minute_price_credits numeric)
returns numeric
language sql
immutable
parallel safe
as $$
  select ceil(p_seconds * p_minute_price_credits * 100 / 60) / 100
$$;

comment on function private.session_credits(integer, numeric)
  is 'Credits for seconds of a session at a price a minute, rounded up to hundredths.';
