/*
 * After any change of what capability_offer() reads: makes private.capability_offers what the
 * catalogue says now, in the same transaction, and writes only rows that differ. The caller of
 * lock_catalogue() is alone with it until he commits. A statement that changes nothing does it too.
 */
create function private.refresh_capability_offers()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with wanted as materialized (
    select offer.* from private.defined_capability_offers() as offer
  ),
  gone as (
    delete from private.capability_offers as stored
    where not exists (
      select
      from wanted
      where wanted.plan_id = stored.plan_id
        and wanted.capability_id = stored.capability_id
        and wanted.asked_level_id = stored.asked_level_id
        and wanted.valid_from = stored.valid_from
    )
  )
  insert into private.capability_offers as stored
  select wanted.* from wanted
  on conflict (plan_id, capability_id, asked_level_id, valid_from) do update
  set
    quality_level_id = excluded.quality_level_id,
    estimated_credits = excluded.estimated_credits,
    model_id = excluded.model_id,
    minute_limit = excluded.minute_limit,
    hour_limit = excluded.hour_limit,
    day_limit = excluded.day_limit,
    allowed_quality_levels = excluded.allowed_quality_levels,
    denial = excluded.denial
  where stored is distinct from excluded;
  return null;
end
$$;

comment on function private.refresh_capability_offers()
  is 'Trigger: the offers follow the catalogue.';

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plans
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.ai_capabilities
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.ai_capability_quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_ai_capabilities
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_ai_capability_quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.llm_models
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_quality_level_models
for each statement execute function private.refresh_capability_offers();
