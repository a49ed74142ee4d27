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
      'day', coalesce(daily.day, sums.day), 'user_id', coalesce(daily.user_id, sums.user_id),
      'capability', coalesce(daily.capability_id, sums.capability_id),
      'quality_level', coalesce(daily.quality_level_id, sums.quality_level_id),
      'model', coalesce(daily.model_id, sums.model_id)
    )
  from (
    select charge.*
    from private.credit_usage_folds as mark
    cross join lateral private.credit_charges_by_day(
      mark.organization_id, 0, mark.folded_sequence
    ) as charge
    where p_organization_id is null or mark.organization_id = p_organization_id
  ) as sums
  full join (
    select kept.*
    from public.credit_usage_daily as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
  ) as daily
    on daily.organization_id = sums.organization_id and daily.day = sums.day
    and daily.user_id = sums.user_id and daily.capability_id = sums.capability_id
    and daily.quality_level_id = sums.quality_level_id and daily.model_id = sums.model_id
  where (sums.used_credits, sums.entries) is distinct from (daily.used_credits, daily.entries)
$$;

comment on function private.verify_credit_usage(uuid)
  is 'Differences between the roll-up of credits and their ledger.';
