/*
 * Where private.capability_offers is not what the catalogue says: a row for each offer that is missing,
 * has to go or is another one. Empty, unless a trigger of the catalogue was off.
 */
create function private.verify_capability_offers()
returns table (
  plan_id text,
  capability_id text,
  asked_level_id text,
  valid_from timestamptz,
  stored jsonb,
  wanted jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(stored.plan_id, wanted.plan_id),
    coalesce(stored.capability_id, wanted.capability_id),
    coalesce(stored.asked_level_id, wanted.asked_level_id),
    coalesce(stored.valid_from, wanted.valid_from),
    to_jsonb(stored),
    to_jsonb(wanted)
  from private.capability_offers as stored
  full join private.defined_capability_offers() as wanted
    on wanted.plan_id = stored.plan_id
    and wanted.capability_id = stored.capability_id
    and wanted.asked_level_id = stored.asked_level_id
    and wanted.valid_from = stored.valid_from
  where to_jsonb(stored) is distinct from to_jsonb(wanted)
  order by 1, 2, 3, 4
$$;

comment on function private.verify_capability_offers()
  is 'Offers that are not what the catalogue says; empty when all is well.';

grant execute on function private.verify_capability_offers() to purser_api;
