/*
 * When the credits of an organization end and what the period will cost, if use goes on as it was.
 *
 * Method: credits used on each of the last 28 full days, or on as many as there were since the first
 * use. After t more days m*t is used, m their mean; with s their standard deviation and n their number
 * the spread is s*sqrt(t + t*t/n): the chance of the days to come and, growing with t, that of the
 * mean itself. The interval holds the day with a probability of 80 % (1.2816 spreads either way) if
 * days are alike; a week's rhythm is in s. Fewer than 3 days are chance, not history: no day is told.
 */
create function public.credit_forecast(organization_id uuid)
returns setof public.credit_forecasts
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with account as materialized (
    select
      balance.organization_id, balance.used_credits, balance.period_end, plan.price_usd_monthly,
      plan.topup_allowed, today.day,
      greatest(position.available_credits, 0) as available_credits,
      greatest(extract(epoch from balance.period_end - moment.at) / 86400, 0) as days_left
    from private.current_time_utc() as moment (at)
    join public.organization_credit_balances as balance
      on balance.organization_id = credit_forecast.organization_id
    join public.org_plans as subscription
      on subscription.organization_id = balance.organization_id
    join public.plans as plan on plan.id = subscription.plan_id
    cross join lateral private.credit_position(balance.organization_id, moment.at) as position
    cross join lateral private.organization_day(balance.organization_id, moment.at) as today (day)
  ),
  used as materialized (
    select fact.day, sum(fact.amount) as credits
    from account
    cross join lateral private.usage_facts(
      account.organization_id, 'credits', 'none', account.day - 28, account.day - 1
    ) as fact
    group by fact.day
  ),
  history as materialized (
    select
      count(*)::integer as days,
      coalesce(avg(coalesce(used.credits, 0)), 0) as mean,
      coalesce(stddev_samp(coalesce(used.credits, 0)), 0) as spread
    from account
    cross join lateral generate_series(
      (select min(first.day) from used as first), account.day - 1, interval '1 day'
    ) as calendar (day)
    left join used on used.day = calendar.day::date
  ),
  outlook as (
    select
      min(ahead.t) filter (where history.mean * ahead.t >= account.available_credits)
        as exhausted_after,
      min(ahead.t) filter (
        where history.mean * ahead.t + reach.credits >= account.available_credits
      ) as earliest_after,
      min(ahead.t) filter (
        where history.mean * ahead.t - reach.credits >= account.available_credits
      ) as latest_after
    from account
    join history on history.days >= 3 and history.mean > 0
    cross join generate_series(1, 366) as ahead (t)
    cross join lateral (
      select 1.2816 * history.spread * sqrt(ahead.t + ahead.t * ahead.t / history.days::numeric)
        as credits
    ) as reach
  )
  select
    account.organization_id, account.available_credits, round(history.mean, 2), history.days,
    account.day + outlook.exhausted_after - 1, account.day + outlook.earliest_after - 1,
    account.day + outlook.latest_after - 1, account.period_end,
    coalesce(outlook.exhausted_after <= account.days_left, false), account.used_credits,
    round(account.used_credits + history.mean * account.days_left, 2),
    missing.credits, account.price_usd_monthly,
    case
      when missing.credits = 0 then account.price_usd_monthly
      when account.topup_allowed
        then account.price_usd_monthly + round(missing.credits * cheapest.price_usd, 2)
    end,
    format(
      'Mean of the last %s full days; the interval holds the day with a probability of 80 %%.',
      history.days
    )
  from account
  cross join history
  left join outlook on true
  cross join lateral (
    select round(
      greatest(history.mean * account.days_left - account.available_credits, 0), 2
    ) as credits
  ) as missing
  left join lateral (
    select min(package.price_usd / package.credits) as price_usd
    from public.credit_topup_packages as package
    where package.is_active
  ) as cheapest on true
$$;

comment on function public.credit_forecast(uuid)
  is 'When the credits end and what the period will cost, if use goes on as it was.';

grant execute on function public.credit_forecast(uuid) to purser_api, purser_hasura;
