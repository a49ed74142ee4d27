/*
 * What capability_offer() says, found in private.capability_offers by one probe. Names that are not in
 * the catalogue are not there either: for them, and only for them, the definition itself is asked.
 */
create function private.offer_at(
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
    coalesce(listed.quality_level_id, unlisted.quality_level_id),
    coalesce(listed.estimated_credits, unlisted.estimated_credits),
    coalesce(listed.model_id, unlisted.model_id),
    coalesce(listed.minute_limit, unlisted.minute_limit),
    coalesce(listed.hour_limit, unlisted.hour_limit),
    coalesce(listed.day_limit, unlisted.day_limit),
    coalesce(listed.allowed_quality_levels, unlisted.allowed_quality_levels),
    unlisted.unknown,
    coalesce(listed.denial, unlisted.denial)
  from (select) as wish
  left join lateral (
    select stored.*
    from private.capability_offers as stored
    where stored.plan_id = p_plan_id
      and stored.capability_id = p_capability_id
      and stored.asked_level_id = coalesce(p_asked_level_id, '')
      -- Empty is no level, but may be asked for.
      and p_asked_level_id is distinct from ''
      and stored.valid_from <= p_at
    order by stored.valid_from desc
    limit 1
  ) as listed on true
  left join lateral (
    select found.*
    from private.unlisted_offer(p_plan_id, p_capability_id, p_asked_level_id, p_at) as found
    where listed.plan_id is null
    -- Without it the planner calls the function first and asks this afterwards.
    offset 0
  ) as unlisted on true
$$;

comment on function private.offer_at(text, text, text, timestamptz)
  is 'What the catalogue offers for a plan, capability and level at a moment; one row.';
