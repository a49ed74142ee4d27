/*
 * How long until a full form has room for a customer again: until the generation that is `limit`
 * places back has been there for 24 hours, of the customer or of all, whichever is later. The times
 * come newest first. Null when a limit of 0 blocks for good.
 */
create function private.seconds_until_room(
  p_form public.form_tokens,
  p_customer timestamptz[],
  p_all timestamptz[],
  p_at timestamptz
)
returns integer
language sql
immutable
as $$
  select case
    when 0 in ((p_form).generations_per_customer, (p_form).generations_per_day) then null
    else greatest(1, ceil(extract(epoch from
      greatest(
        p_customer[(p_form).generations_per_customer],
        p_all[(p_form).generations_per_day]
      ) + interval '24 hours' - p_at
    )))::integer
  end
$$;

comment on function private.seconds_until_room(public.form_tokens, timestamptz[], timestamptz[], timestamptz)
  is 'Seconds until a full form has room for a customer again.';
