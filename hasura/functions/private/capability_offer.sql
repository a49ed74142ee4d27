/*
 * What the catalogue offers for a wish: the level (the one asked for, null is the lowest that the
 * plan allows), the estimate, the model that comes first, the rate limits, and what speaks against
 * it: `unknown` a name that does not exist, `denial` a plan that does not include it. One row.
 *
 * This is the definition. Requests find what it says in private.capability_offers, which is made from
 * it whenever a table changes that is read here: a new one needs the triggers of
 * lock_catalogue and refresh_capability_offers.
 */
create function private.capability_offer(
  p_plan_id text,
  p_capability_id text,
  p_asked_level_id text,
  p_at timestamptz
)
returns table (
  quality_level_id text,
  estimated_credits numeric,
  model_id text,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  allowed_quality_levels text[],
  unknown text,
  denial text
)
language sql
stable
as $$
  select
    shown.quality_level_id,
    estimate.estimated_credits,
    served.model_id,
    included.requests_per_minute,
    included.requests_per_hour,
    included.requests_per_day,
    private.allowed_quality_levels(p_plan_id, p_capability_id),
    case
      when p_plan_id is null then 'unknown_organization'
      when capability.id is null then 'unknown_capability'
      when p_asked_level_id is not null and level.id is null then 'unknown_quality_level'
    end,
    case
      when included.plan_id is null then 'capability_not_in_plan'
      when not (capability.is_active and included.is_enabled) then 'capability_disabled'
      when allowed.quality_level_id is null or estimate.estimated_credits is null
        then 'quality_level_not_allowed'
    end
  from (select) as wish
  left join public.ai_capabilities as capability on capability.id = p_capability_id
  left join public.quality_levels as level on level.id = p_asked_level_id
  left join public.plan_ai_capabilities as included
    on included.plan_id = p_plan_id and included.capability_id = p_capability_id
  left join lateral (
    select permitted.quality_level_id
    from public.plan_ai_capability_quality_levels as permitted
    join public.quality_levels as ranked on ranked.id = permitted.quality_level_id
    where permitted.plan_id = p_plan_id
      and permitted.capability_id = p_capability_id
      and (p_asked_level_id is null or permitted.quality_level_id = p_asked_level_id)
    order by ranked.rank
    limit 1
  ) as allowed on true
  cross join lateral (
    -- A refusal shows a level too: the one asked for, else the cheapest of the capability.
    select coalesce(
      allowed.quality_level_id,
      level.id,
      (
        select offered.quality_level_id
        from public.ai_capability_quality_levels as offered
        join public.quality_levels as ranked on ranked.id = offered.quality_level_id
        where offered.capability_id = p_capability_id
        order by ranked.rank
        limit 1
      )
    ) as quality_level_id
  ) as shown
  left join lateral (
    select priced.estimated_credits
    from public.ai_capability_quality_levels as priced
    where priced.capability_id = p_capability_id
      and priced.quality_level_id = shown.quality_level_id
      and priced.effective_from <= p_at
      and (priced.effective_to is null or priced.effective_to > p_at)
    order by priced.effective_from desc
    limit 1
  ) as estimate on true
  left join lateral (
    select model.model_id
    from private.models_in_force(
      p_plan_id, p_capability_id, allowed.quality_level_id, p_at
    ) as model
    order by model.preference
    limit 1
  ) as served on true
$$;

comment on function private.capability_offer(text, text, text, timestamptz)
  is 'What the catalogue offers for a plan, capability and level; one row.';
