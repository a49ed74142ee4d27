/*
 * Adds the amounts of uses or holds to the counters of their organization and user: a flow has one for
 * the day and one for the billing period, a level one without a period. p_is_held: what is held, else
 * what is used. The entries tell their day and period, so that a hold ends where it began, whatever
 * became of the subscription. The caller holds the gates, so nobody else can make a counter meanwhile.
 */
create function private.change_counters(p_entries private.usage_entry[], p_is_held boolean)
returns void
language sql
volatile
as $$
  with part as materialized (
    select
      entry.organization_id, entry.meter_id, scope.user_id, span.period, span.period_start,
      span.period_end, span.day, sum(entry.amount) as amount
    from unnest(p_entries) as entry
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', entry.user_id]
    ) as scope (user_id)
    cross join lateral (
      values
        ('none', '-infinity'::timestamptz, 'infinity'::timestamptz, null::date),
        ('day', entry.day_start, entry.day_end, entry.day),
        ('month', entry.period_start, entry.period_end, null::date)
    ) as span (period, period_start, period_end, day)
    where scope.user_id is not null and (entry.kind = 'level') = (span.period = 'none')
    group by 1, 2, 3, 4, 5, 6, 7
  ),
  changed as (
    -- Not "on conflict": what is given back would not pass the check of a row that is only proposed.
    update public.quota_usages as counter
    set
      used_amount = counter.used_amount + case when p_is_held then 0 else part.amount end,
      -- A counter that is wrong must not stop a settlement; verify_usage tells that it is.
      held_amount = greatest(
        counter.held_amount + case when p_is_held then part.amount else 0 end, 0
      )
    from part
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
  insert into public.quota_usages (
    organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount,
    held_amount
  )
  select
    part.organization_id, part.meter_id, part.user_id, part.period, part.period_start,
    part.period_end, part.day, case when p_is_held then 0 else part.amount end,
    case when p_is_held then part.amount else 0 end
  from part
  where not exists (
    select
    from public.quota_usages as counter
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
$$;

comment on function private.change_counters(private.usage_entry[], boolean)
  is 'Adds amounts to the counters that limits are checked against.';
