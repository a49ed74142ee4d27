/*
 * Counts a generation of a customer of a form, if the limits of the form leave room: so many in any
 * 24 hours for the customer, and so many for all customers together. What is in flight counts; the
 * caller gives back what has cost nothing (give_back_form_generation).
 *
 * Gate: the form's row. Replay: a key that was counted is not counted again.
 * Outcomes: taken, replayed, rate_limited (also a limit of 0, then without a time to wait),
 * not_public (the capability is not for customers), unknown_form (no such form, another token,
 * expired or revoked).
 */
create function private.take_form_generation(
  p_organization_id uuid,
  p_form_id text,
  p_token_id uuid,
  p_capability_id text,
  p_customer_sha256 bytea,
  p_idempotency_key text
)
returns table (outcome text, generations_left integer, retry_after_seconds integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_day constant interval := interval '24 hours';
  v_form public.form_tokens;
  v_at timestamptz;
  v_customer timestamptz[];
  v_all timestamptz[];
begin
  select form.* into v_form
  from public.form_tokens as form
  where form.organization_id = p_organization_id
    and form.form_id = p_form_id
    and form.token_id = p_token_id
    and form.revoked_at is null
  for no key update;
  v_at := private.current_time_utc();
  if v_form.form_id is null or v_form.expires_at <= v_at then
    return query select 'unknown_form', 0, null::integer;
    return;
  elsif not exists (
    select from public.ai_capabilities as capability
    where capability.id = p_capability_id and capability.is_public
  ) then
    return query select 'not_public', 0, null::integer;
    return;
  end if;

  delete from private.form_generations as made
  where made.organization_id = p_organization_id
    and made.form_id = p_form_id
    and made.created_at <= v_at - v_day;
  -- Newest first, so that the element at the limit is the one that has to leave.
  select
    coalesce(array_agg(made.created_at order by made.created_at desc) filter (
      where made.customer_sha256 = p_customer_sha256
    ), '{}'),
    coalesce(array_agg(made.created_at order by made.created_at desc), '{}')
  into v_customer, v_all
  from private.form_generations as made
  where made.organization_id = p_organization_id and made.form_id = p_form_id;

  if exists (
    select from private.form_generations as made
    where made.organization_id = p_organization_id
      and made.form_id = p_form_id
      and made.idempotency_key = p_idempotency_key
  ) then
    outcome := 'replayed';
  elsif cardinality(v_customer) >= v_form.generations_per_customer
    or cardinality(v_all) >= v_form.generations_per_day then
    outcome := 'rate_limited';
    retry_after_seconds := private.seconds_until_room(v_form, v_customer, v_all, v_at);
  else
    insert into private.form_generations
      (organization_id, form_id, customer_sha256, idempotency_key, created_at)
    values (p_organization_id, p_form_id, p_customer_sha256, p_idempotency_key, v_at);
    outcome := 'taken';
    v_customer := v_customer || v_at;
  end if;
  generations_left := greatest(v_form.generations_per_customer - cardinality(v_customer), 0);
  return next;
end
$$;

comment on function private.take_form_generation(uuid, text, uuid, text, bytea, text)
  is 'Counts a generation of a customer of a form, within the limits of the form.';

grant execute on function private.take_form_generation(uuid, text, uuid, text, bytea, text)
  to purser_api;
