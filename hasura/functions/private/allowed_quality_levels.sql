/* Levels that a plan allows for a capability, cheapest first; empty when it has none. */
create function private.allowed_quality_levels(p_plan_id text, p_capability_id text)
returns text[]
language sql
stable
parallel safe
as $$
  select coalesce(array_agg(level.id order by level.rank), '{}')
  from public.plan_ai_capability_quality_levels as allowed
  join public.quality_levels as level on level.id = allowed.quality_level_id
  where allowed.plan_id = p_plan_id and allowed.capability_id = p_capability_id
$$;

comment on function private.allowed_quality_levels(text, text)
  is 'Levels that a plan allows for a capability, cheapest first.';
