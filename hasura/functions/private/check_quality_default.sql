/*
 * A default level must be one that the organization's plan allows, whoever writes it: Hasura checks
 * the same in its permission, and this holds for every other way. Keeps updated_at.
 */
create function private.check_quality_default()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from public.organization_allowed_quality_levels as allowed
    where allowed.organization_id = new.organization_id
      and allowed.capability_id = new.capability_id
      and allowed.quality_level_id = new.quality_level_id
  ) then
    raise exception 'the plan does not allow quality level "%" for "%"',
      new.quality_level_id, new.capability_id
      using errcode = 'check_violation', constraint = 'organization_quality_defaults_allowed',
        table = 'organization_quality_defaults', schema = 'public';
  end if;
  new.updated_at := private.current_time_utc();
  return new;
end
$$;

comment on function private.check_quality_default()
  is 'Trigger: a default level must be allowed by the plan (check_violation).';

create trigger check_quality_default
before insert or update on public.organization_quality_defaults
for each row execute function private.check_quality_default();
