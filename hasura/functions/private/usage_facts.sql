/*
 * What charts are made of: use of a meter, or of credits, on each of some days, by what it was for.
 * Meters come from their roll-up, which equals their ledger at every commit; credits from theirs up to
 * its mark, and from the ledger after it, so that the answer is exact at any moment. Texts are null
 * where nothing was told.
 */
create function private.usage_facts(
  p_organization_id uuid,
  p_meter_id text,
  p_from date,
  p_to date
)
returns table (
  day date,
  user_id uuid,
  capability_id text,
  quality_level_id text,
  model_id text,
  amount numeric,
  entries bigint
)
language sql
stable
as $$
  select
    part.day, nullif(part.user_id, '00000000-0000-0000-0000-000000000000'), part.capability_id,
    part.quality_level_id, part.model_id, part.amount, part.entries
  from (
    select
      daily.day, daily.user_id, null as capability_id, null as quality_level_id, null as model_id,
      daily.used_amount as amount, daily.entries::bigint as entries
    from public.usage_daily as daily
    where p_meter_id <> 'credits'
      and daily.organization_id = p_organization_id
      and daily.meter_id = p_meter_id
      and daily.day between p_from and p_to
    union all
    select
      daily.day, daily.user_id, nullif(daily.capability_id, ''),
      nullif(daily.quality_level_id, ''), nullif(daily.model_id, ''), daily.used_credits,
      daily.entries
    from public.credit_usage_daily as daily
    where p_meter_id = 'credits'
      and daily.organization_id = p_organization_id
      and daily.day between p_from and p_to
    union all
    select
      charge.day, charge.user_id, nullif(charge.capability_id, ''),
      nullif(charge.quality_level_id, ''), nullif(charge.model_id, ''), charge.used_credits,
      charge.entries
    from private.credit_charges_by_day(
      p_organization_id,
      coalesce(
        (
          select mark.folded_sequence
          from private.credit_usage_folds as mark
          where mark.organization_id = p_organization_id
        ),
        0
      ),
      9223372036854775807
    ) as charge
    where p_meter_id = 'credits' and charge.day between p_from and p_to
  ) as part
$$;

comment on function private.usage_facts(uuid, text, date, date)
  is 'Use of a meter or of credits by day and what it was for, exact at any moment.';
