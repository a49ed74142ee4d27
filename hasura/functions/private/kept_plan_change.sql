/* What came of an earlier request to change the plan under this key; no row when there was none. */
create function private.kept_plan_change(
  p_organization_id uuid,
  p_idempotency_key text,
  p_request text
)
returns table (is_conflict boolean, result jsonb)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select change.request_fingerprint <> sha256(convert_to(p_request, 'UTF8')), change.result
  from public.plan_changes as change
  where change.organization_id = p_organization_id
    and change.idempotency_key = p_idempotency_key
$$;

comment on function private.kept_plan_change(uuid, text, text)
  is 'What came of an earlier request to change the plan under this key.';

grant execute on function private.kept_plan_change(uuid, text, text) to purser_api;
