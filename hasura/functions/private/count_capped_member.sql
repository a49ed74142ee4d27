/*
 * Counts what a member has used and holds of credits in this day and period, from his reservations,
 * and marks those of the period, so that their end is counted as well. A reservation counts when it
 * was made. The caller holds the gate.
 */
create function private.count_capped_member(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  with span as materialized (
    select named.period, part.period_start, part.period_end,
      case when named.period = 'day' then part.day end as day
    from public.org_plans as subscription
    cross join (values ('day'), ('month')) as named (period)
    cross join lateral private.quota_period(
      named.period, 'credits', p_at, subscription
    ) as part
    where subscription.organization_id = p_organization_id
  ),
  made as (
    update private.credit_holds as hold
    set is_capped = true
    where hold.organization_id = p_organization_id
      and hold.user_id = p_user_id
      and hold.id >= private.first_uuid_at((select min(span.period_start) from span))
      and hold.created_at >= (select min(span.period_start) from span)
    returning hold.id, hold.created_at
  )
  insert into public.quota_usages (
    organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount,
    held_amount
  )
  select
    p_organization_id, 'credits', p_user_id, span.period, span.period_start, span.period_end,
    span.day, coalesce(sum(told.charged_credits), 0),
    coalesce(sum(told.amount_credits) filter (where told.status = 'reserved'), 0)
  from span
  left join made on made.created_at >= span.period_start and made.created_at < span.period_end
  left join public.credit_reservations as told
    on told.organization_id = p_organization_id and told.id = made.id
  group by 1, 2, 3, 4, 5, 6, 7
$$;

comment on function private.count_capped_member(uuid, uuid, timestamptz)
  is 'Counts what a member has used and holds of credits in this day and period.';
