/*
 * The part of verify_usage about caps on credits: what their counters say, beside the reservations
 * that were made in the day or period.
 */
create function private.verify_capped_credits(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
as $$
  select
    counter.organization_id, 'capped_credits_equal_holds', part.expected, part.actual,
    jsonb_build_object(
      'user_id', counter.user_id, 'period', counter.period, 'from', counter.period_start,
      'amount', part.name
    )
  from (
    select
      kept.*,
      least(
        kept.period_end,
        lead(kept.period_start) over (
          partition by kept.organization_id, kept.user_id, kept.period order by kept.period_start
        )
      ) as ended_at
    from public.quota_usages as kept
    where kept.meter_id = 'credits'
      and (p_organization_id is null or kept.organization_id = p_organization_id)
  ) as counter
  cross join lateral (
    select
      coalesce(sum(told.charged_credits), 0) as used,
      coalesce(sum(told.amount_credits) filter (where told.status = 'reserved'), 0) as held
    from private.credit_holds as hold
    join public.credit_reservations as told
      on told.organization_id = hold.organization_id and told.id = hold.id
    where hold.organization_id = counter.organization_id
      and hold.user_id = counter.user_id
      and hold.is_capped
      and hold.id >= private.first_uuid_at(counter.period_start)
      and hold.created_at >= counter.period_start
      and hold.created_at < counter.ended_at
  ) as wanted
  cross join lateral (
    values ('used', wanted.used, counter.used_amount), ('held', wanted.held, counter.held_amount)
  ) as part (name, expected, actual)
  where part.expected <> part.actual
$$;

comment on function private.verify_capped_credits(uuid)
  is 'Differences between counters of caps on credits and the reservations of their members.';
