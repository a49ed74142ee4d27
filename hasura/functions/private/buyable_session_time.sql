/* For how long the credits that are available now would pay at a price a minute. */
create function private.buyable_session_time(
  p_organization_id uuid,
  p_minute_price_credits numeric
)
returns interval
language sql
stable
as $$
  select make_interval(secs => floor(greatest(
    balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits,
    0
  ) * 60 / p_minute_price_credits)::double precision)
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id
$$;

comment on function private.buyable_session_time(uuid, numeric)
  is 'How much time of sessions the available credits would pay for.';
