/*
 * Makes the token of a form valid, and ends the one before it. The form's limits are set with it.
 * The count of what customers have generated goes on.
 */
create function private.issue_form_token(
  p_organization_id uuid,
  p_form_id text,
  p_generations_per_day integer,
  p_valid_days integer,
  p_created_by uuid
)
returns setof public.form_tokens
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.form_tokens as form (
    organization_id, form_id, generations_per_day, created_by, created_at, expires_at
  )
  select
    p_organization_id, p_form_id, p_generations_per_day, p_created_by, moment.at,
    moment.at + make_interval(days => p_valid_days)
  from (select private.current_time_utc() as at) as moment
  on conflict (organization_id, form_id) do update set
    token_id = excluded.token_id,
    generations_per_day = excluded.generations_per_day,
    created_by = excluded.created_by,
    created_at = excluded.created_at,
    expires_at = excluded.expires_at,
    revoked_at = null
  returning form.*
$$;

comment on function private.issue_form_token(uuid, text, integer, integer, uuid)
  is 'Makes the token of a form valid, and ends the one before it.';

grant execute on function private.issue_form_token(uuid, text, integer, integer, uuid) to purser_api;
