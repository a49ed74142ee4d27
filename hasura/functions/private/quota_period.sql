/*
 * The period of a meter that a moment falls into, and its day in the organization's time zone.
 *
 * day: from midnight to midnight there, so 23 or 25 hours long when clocks change. month: the billing
 * period. Where that is over and the next has not been opened yet (billing waits for a payment) it is
 * the one that the anchor day makes; before the current one it is the counter that was kept then.
 * none: always the same.
 */
create function private.quota_period(
  p_period text,
  p_meter_id text,
  p_at timestamptz,
  p_subscription public.org_plans
)
returns table (period_start timestamptz, period_end timestamptz, day date)
language sql
stable
as $$
  select
    case p_period
      when 'none' then '-infinity'::timestamptz
      when 'day' then midnight.at at time zone p_subscription.time_zone
      else month.period_start
    end,
    case p_period
      when 'none' then 'infinity'::timestamptz
      when 'day' then (midnight.at + interval '1 day') at time zone p_subscription.time_zone
      else month.period_end
    end,
    midnight.at::date
  from (
    select date_trunc('day', p_at at time zone p_subscription.time_zone) as at
  ) as midnight
  left join lateral (
    select
      case
        when p_at >= p_subscription.period_end then greatest(
          p_subscription.period_end,
          private.period_start_before(
            p_at, p_subscription.anchor_day, p_subscription.time_zone
          )
        )
        when p_at >= p_subscription.period_start then p_subscription.period_start
        else coalesce(
          (
            select kept.period_start
            from public.quota_usages as kept
            where kept.organization_id = p_subscription.organization_id
              and kept.meter_id = p_meter_id
              and kept.user_id = '00000000-0000-0000-0000-000000000000'
              and kept.period = 'month'
              and kept.period_start <= p_at
              and kept.period_end > p_at
            order by kept.period_start desc
            limit 1
          ),
          private.period_start_before(
            p_at, p_subscription.anchor_day, p_subscription.time_zone
          )
        )
      end as period_start,
      case
        when p_at >= p_subscription.period_end then private.next_period_start(
          p_at, p_subscription.anchor_day, p_subscription.time_zone
        )
        when p_at >= p_subscription.period_start then p_subscription.period_end
        else least(
          private.next_period_start(p_at, p_subscription.anchor_day, p_subscription.time_zone),
          p_subscription.period_start
        )
      end as period_end
    where p_period = 'month'
  ) as month on true
$$;

comment on function private.quota_period(text, text, timestamptz, public.org_plans)
  is 'Start and end of the period that a moment falls into, and its day in the time zone.';
