/*
 * Keeps which card of an organization is charged when nobody is at the page. The caller holds the
 * gate, or has none to hold: a setting moves no credits.
 */
create function private.save_payment_method(
  p_organization_id uuid,
  p_payment_method_id text,
  p_label text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.billing_settings as setting
    (organization_id, stripe_payment_method_id, payment_method_label, updated_at)
  values
    (p_organization_id, p_payment_method_id, left(p_label, 100), private.current_time_utc())
  on conflict (organization_id) do update
    set
      stripe_payment_method_id = excluded.stripe_payment_method_id,
      payment_method_label = excluded.payment_method_label,
      updated_at = excluded.updated_at
    where (setting.stripe_payment_method_id, setting.payment_method_label)
      is distinct from (excluded.stripe_payment_method_id, excluded.payment_method_label)
$$;

comment on function private.save_payment_method(uuid, text, text)
  is 'Keeps the card that is charged when nobody is at the page; null forgets it.';

grant execute on function private.save_payment_method(uuid, text, text) to purser_api;
