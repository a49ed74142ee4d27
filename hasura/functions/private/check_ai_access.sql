/*
 * Whether a request would be allowed right now, what it would cost and which model would serve it;
 * if not, why and which plan would allow it: check_ai_access_batch for one question.
 *
 * reason: null when allowed, else an outcome of reserve_credits that denies.
 */
create function private.check_ai_access(
  p_organization_id uuid,
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric
)
returns table (
  allowed boolean,
  reason text,
  capability_id text,
  quality_level_id text,
  model_id text,
  estimated_credits numeric,
  available_credits numeric,
  required_credits numeric,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer,
  rate_limits jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select
    answer.allowed,
    answer.reason,
    answer.capability_id,
    answer.quality_level_id,
    answer.model_id,
    answer.estimated_credits,
    answer.available_credits,
    answer.required_credits,
    answer.allowed_quality_levels,
    answer.unlocked_by_plan,
    answer.retry_after_seconds,
    answer.rate_limits
  from private.check_ai_access_batch(
    array[p_organization_id], array[p_user_id], array[p_capability_id],
    array[p_quality_level_id], array[p_amount_credits]
  ) as answer
$$;

comment on function private.check_ai_access(uuid, uuid, text, text, numeric)
  is 'Whether a request would be allowed, at what cost, by which model; else why not.';

grant execute on function private.check_ai_access(uuid, uuid, text, text, numeric) to purser_api;
