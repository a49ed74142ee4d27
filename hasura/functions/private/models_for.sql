/*
 * Models that serve a capability and level for an organization now, first choice first; the next
 * one is for when a provider fails. No rows when the plan does not allow the level.
 */
create function private.models_for(
  p_organization_id uuid,
  p_capability_id text,
  p_quality_level_id text
)
returns table (preference integer, model_id text, provider text, provider_model_id text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select served.preference, served.model_id, served.provider, served.provider_model_id
  from public.org_plans as subscription
  cross join lateral private.models_in_force(
    subscription.plan_id, p_capability_id, p_quality_level_id, private.current_time_utc()
  ) as served
  where subscription.organization_id = p_organization_id
  order by served.preference
$$;

comment on function private.models_for(uuid, text, text)
  is 'Models that serve a capability and level for an organization, first choice first.';

grant execute on function private.models_for(uuid, text, text) to purser_api;
