drop view public.organization_allowed_quality_levels;
drop table
  public.organization_quality_defaults,
  public.org_plans,
  private.catalogue_changes,
  private.capability_offers,
  public.plan_quality_level_models,
  public.llm_model_prices,
  public.llm_models,
  public.plan_ai_capability_quality_levels,
  public.plan_ai_capabilities,
  public.ai_capability_quality_levels,
  public.ai_capabilities,
  public.quality_levels,
  public.plans;
