/*
 * What charts are made of: use of a meter, or of credits, on each of some days, in all (none) or by
 * capability, level, model or member; of meters only the first and the last. Meters come from their
 * roll-up, which equals their ledger at every commit; credits from theirs up to its mark, and from
 * the ledger after it, so that the answer is exact at any moment. A key is empty where none was told;
 * a day and key may come twice.
 */
create function private.usage_facts(
  p_organization_id uuid,
  p_meter_id text,
  p_dimension text,
  p_from date,
  p_to date
)
returns table (day date, key text, amount numeric, entries bigint)
language sql
stable
as $$
  select
    daily.day,
    case
      when p_dimension = 'member' and daily.user_id <> '00000000-0000-0000-0000-000000000000'
        then daily.user_id::text
      else ''
    end,
    daily.used_amount, daily.entries::bigint
  from public.usage_daily as daily
  where p_meter_id <> 'credits'
    and daily.organization_id = p_organization_id
    and daily.meter_id = p_meter_id
    and daily.day between p_from and p_to
  union all
  select daily.day, daily.key, daily.used_credits, daily.entries
  from public.credit_usage_daily as daily
  where p_meter_id = 'credits'
    and daily.organization_id = p_organization_id
    and daily.dimension = p_dimension
    and daily.day between p_from and p_to
  union all
  select charge.day, charge.key, charge.used_credits, charge.entries
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
    9223372036854775807,
    p_dimension
  ) as charge
  where p_meter_id = 'credits' and charge.day between p_from and p_to
$$;

comment on function private.usage_facts(uuid, text, text, date, date)
  is 'Use of a meter or of credits by day and one thing it was for, exact at any moment.';
