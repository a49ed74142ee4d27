/*
 * Keeps what came of a request to change the plan, so that the same request under the same key is
 * answered the same, and returns what is kept: that of an earlier call when there was one. The key and
 * the fingerprint of the request are the caller's; another fingerprint under the key is a conflict.
 */
create function private.record_plan_change(
  p_organization_id uuid,
  p_idempotency_key text,
  p_request text,
  p_plan_id text,
  p_from_plan_id text,
  p_result jsonb,
  p_user_id uuid
)
returns table (is_conflict boolean, result jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.plan_changes (
    organization_id, plan_id, from_plan_id, status, effective_at, adjusted_credits, result,
    requested_by_user_id, idempotency_key, request_fingerprint, created_at
  )
  values (
    p_organization_id, p_plan_id, p_from_plan_id, p_result ->> 'status',
    (p_result ->> 'effective_at')::timestamptz, (p_result ->> 'adjusted_credits')::numeric,
    p_result, p_user_id, p_idempotency_key, sha256(convert_to(p_request, 'UTF8')),
    private.current_time_utc()
  )
  on conflict (organization_id, idempotency_key) do nothing;
  select kept.is_conflict, kept.result
  from private.kept_plan_change(p_organization_id, p_idempotency_key, p_request) as kept
$$;

comment on function private.record_plan_change(uuid, text, text, text, text, jsonb, uuid)
  is 'Keeps what came of a request to change the plan; answers what was kept first.';

grant execute on function private.record_plan_change(uuid, text, text, text, text, jsonb, uuid)
  to purser_api;
