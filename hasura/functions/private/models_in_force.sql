/* Active models of a plan, capability and level at a moment, in order of preference. */
create function private.models_in_force(
  p_plan_id text,
  p_capability_id text,
  p_quality_level_id text,
  p_at timestamptz
)
returns table (preference integer, model_id text, provider text, provider_model_id text)
language sql
stable
parallel safe
as $$
  select mapped.preference, model.id, model.provider, model.provider_model_id
  from (
    -- Of rows that overlap in time the latest applies.
    select distinct on (mapping.preference) mapping.preference, mapping.model_id
    from public.plan_quality_level_models as mapping
    where mapping.plan_id = p_plan_id
      and mapping.capability_id = p_capability_id
      and mapping.quality_level_id = p_quality_level_id
      and mapping.effective_from <= p_at
      and (mapping.effective_to is null or mapping.effective_to > p_at)
    order by mapping.preference, mapping.effective_from desc
  ) as mapped
  join public.llm_models as model on model.id = mapped.model_id
  where model.is_active
  order by mapped.preference
$$;

comment on function private.models_in_force(text, text, text, timestamptz)
  is 'Models that serve a plan, capability and level at a moment, first choice first.';
