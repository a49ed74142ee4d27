/*
 * Before any change of what capability_offer() reads: waits for other changes of the catalogue to end,
 * so that the offers made after this one know of them all. As a row that is written, and no mere lock,
 * it also refuses a transaction that cannot see the others, being repeatable read (40001).
 */
create function private.lock_catalogue()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.catalogue_changes as changed (change_count)
  values (1)
  on conflict (is_only) do update set change_count = changed.change_count + 1;
  return null;
end
$$;

comment on function private.lock_catalogue()
  is 'Trigger: changes of the catalogue are made one after the other.';

create trigger lock_catalogue
before insert or update or delete or truncate on public.plans
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.ai_capabilities
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.ai_capability_quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_ai_capabilities
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_ai_capability_quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.llm_models
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_quality_level_models
for each statement execute function private.lock_catalogue();
