/*
 * The part of verify_usage about credits: the roll-up up to its mark, by the days of the time zone
 * that the organization has now, since a change of it starts the roll-up anew.
 */
create function private.verify_credit_usage(p_organization_id uuid)
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
    coalesce(daily.organization_id, sums.organization_id), 'credit_daily_equals_ledger',
    coalesce(sums.used_credits, 0), coalesce(daily.used_credits, 0),
    jsonb_build_object(
      'dimension', coalesce(daily.dimension, sums.dimension),
      'day', coalesce(daily.day, sums.day), 'key', coalesce(daily.key, sums.key)
    )
  from (
    select charge.*
    from private.credit_usage_folds as mark
    cross join lateral private.credit_charges_by_day(
      mark.organization_id, 0, mark.folded_sequence, null
    ) as charge
    where p_organization_id is null or mark.organization_id = p_organization_id
  ) as sums
  full join (
    select kept.*
    from public.credit_usage_daily as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
  ) as daily
    on daily.organization_id = sums.organization_id and daily.dimension = sums.dimension
    and daily.day = sums.day and daily.key = sums.key
  where (sums.used_credits, sums.entries) is distinct from (daily.used_credits, daily.entries)
$$;

comment on function private.verify_credit_usage(uuid)
  is 'Differences between the roll-up of credits and their ledger.';
