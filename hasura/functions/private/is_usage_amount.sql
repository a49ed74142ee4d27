/*
 * Whether a number is an amount of a meter: at most four decimals and at most 10^15 either way, so
 * that sums never overflow and a JSON number shows it exactly. NaN and infinity compare as larger.
 */
create function private.is_usage_amount(p_amount numeric)
returns boolean
language sql
immutable
parallel safe
as $$
  select p_amount between -1000000000000000 and 1000000000000000
    and p_amount <> 0
    and p_amount = round(p_amount, 4)
$$;

comment on function private.is_usage_amount(numeric) is 'Not zero, at most four decimals, at most 10^15 either way.';
