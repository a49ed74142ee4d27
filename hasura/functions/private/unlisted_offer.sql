/*
 * capability_offer() for names that are not in the catalogue, and so not in private.capability_offers.
 * As plpgsql it is no part of the plan of its callers, who nearly never need it.
 */
create function private.unlisted_offer(
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
language plpgsql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select *
  from private.capability_offer(p_plan_id, p_capability_id, p_asked_level_id, p_at);
end
$$;

comment on function private.unlisted_offer(text, text, text, timestamptz)
  is 'What the catalogue says of names that are not in it.';
