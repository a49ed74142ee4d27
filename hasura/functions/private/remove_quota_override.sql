/*
 * Takes an override back: from now on what it replaced counts again. The row stays, with who did it.
 * Outcomes: removed, replayed (it was removed before), override_not_found.
 */
create function private.remove_quota_override(p_override_id uuid, p_actor jsonb)
returns table (outcome text, organization_id uuid, meter_id text, removed_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
begin
  select override.organization_id
  into organization_id
  from public.quota_overrides as override
  where override.id = p_override_id;
  v_at := private.lock_balances(array[organization_id]);

  update public.quota_overrides as override
  set removed_at = v_at, removed_by = p_actor
  where override.id = p_override_id and override.removed_at is null;
  outcome := case when found then 'removed' else 'replayed' end;

  select override.organization_id, override.meter_id, override.removed_at
  into organization_id, meter_id, removed_at
  from public.quota_overrides as override
  where override.id = p_override_id;
  if not found then
    outcome := 'override_not_found';
  end if;
  return next;
end
$$;

comment on function private.remove_quota_override(uuid, jsonb) is 'Takes an override of a quota back.';

grant execute on function private.remove_quota_override(uuid, jsonb) to purser_api;
