/*
 * Whether a number is an amount of credits: not negative, at most two decimals, at most a billion
 * (a limit far above any use, so that sums never overflow). NaN and infinity compare as larger.
 */
create function private.is_amount(p_amount_credits numeric)
returns boolean
language sql
immutable
parallel safe
as $$
  select p_amount_credits between 0 and 1000000000 and p_amount_credits = round(p_amount_credits, 2)
$$;

comment on function private.is_amount(numeric) is 'Not negative, at most two decimals, at most a billion.';
