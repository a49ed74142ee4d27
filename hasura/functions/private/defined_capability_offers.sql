/*
 * The rows that private.capability_offers shall have: capability_offer() for each plan, capability and
 * level that there is, and for none asked for, with a row for each time from which it differs.
 */
create function private.defined_capability_offers()
returns setof private.capability_offers
language sql
stable
as $$
  select
    told.plan_id, told.capability_id, told.asked_level_id, told.valid_from,
    told.quality_level_id, told.estimated_credits, told.model_id, told.minute_limit,
    told.hour_limit, told.day_limit, told.allowed_quality_levels, told.denial
  from (
    select
      plan.id as plan_id,
      capability.id as capability_id,
      asked.level_id as asked_level_id,
      change.at as valid_from,
      offer.*,
      lag(offer) over (
        partition by plan.id, capability.id, asked.level_id order by change.at
      ) is not distinct from offer as is_as_before
    from public.plans as plan
    cross join public.ai_capabilities as capability
    cross join (
      select '' as level_id
      union all
      select level.id from public.quality_levels as level
    ) as asked
    cross join lateral (
      select timestamptz '-infinity' as at
      union
      select edge.at
      from public.ai_capability_quality_levels as priced
      cross join lateral (values (priced.effective_from), (priced.effective_to)) as edge (at)
      where priced.capability_id = capability.id
        and asked.level_id in ('', priced.quality_level_id)
        and edge.at is not null
      union
      select edge.at
      from public.plan_quality_level_models as mapping
      cross join lateral (values (mapping.effective_from), (mapping.effective_to)) as edge (at)
      where mapping.plan_id = plan.id
        and mapping.capability_id = capability.id
        and asked.level_id in ('', mapping.quality_level_id)
        and edge.at is not null
    ) as change
    cross join lateral private.capability_offer(
      plan.id, capability.id, nullif(asked.level_id, ''), change.at
    ) as offer
  ) as told
  where not told.is_as_before
$$;

comment on function private.defined_capability_offers()
  is 'The rows that private.capability_offers shall have, as the catalogue is now.';
