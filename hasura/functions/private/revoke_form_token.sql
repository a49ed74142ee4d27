/* Ends the token of a form; a second time keeps the first moment. No row when there is no such form. */
create function private.revoke_form_token(p_organization_id uuid, p_form_id text)
returns setof public.form_tokens
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update public.form_tokens as form
  set revoked_at = coalesce(form.revoked_at, private.current_time_utc())
  where form.organization_id = p_organization_id and form.form_id = p_form_id
  returning form.*
$$;

comment on function private.revoke_form_token(uuid, text) is 'Ends the token of a form.';

grant execute on function private.revoke_form_token(uuid, text) to purser_api;
