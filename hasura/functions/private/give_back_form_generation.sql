/* Takes back a generation that has cost nothing. */
create function private.give_back_form_generation(
  p_organization_id uuid,
  p_form_id text,
  p_idempotency_key text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from private.form_generations as made
  where made.organization_id = p_organization_id
    and made.form_id = p_form_id
    and made.idempotency_key = p_idempotency_key
$$;

comment on function private.give_back_form_generation(uuid, text, text)
  is 'Takes back a generation of a customer of a form that has cost nothing.';

grant execute on function private.give_back_form_generation(uuid, text, text) to purser_api;
