/*
 * The smallest plan on offer that would allow a capability, and a level if one was asked for.
 * Null when none does, also while the capability is switched off for everybody.
 */
create function private.unlocking_plan(p_capability_id text, p_quality_level_id text)
returns text
language sql
stable
parallel safe
as $$
  select plan.id
  from public.plans as plan
  join public.plan_ai_capabilities as included on included.plan_id = plan.id
  join public.ai_capabilities as capability on capability.id = included.capability_id
  where plan.is_active
    and capability.is_active
    and included.is_enabled
    and included.capability_id = p_capability_id
    and exists (
      select
      from public.plan_ai_capability_quality_levels as allowed
      where allowed.plan_id = plan.id
        and allowed.capability_id = p_capability_id
        and (p_quality_level_id is null or allowed.quality_level_id = p_quality_level_id)
    )
  order by plan.rank
  limit 1
$$;

comment on function private.unlocking_plan(text, text)
  is 'Smallest plan on offer that allows a capability and level.';
