/*
 * A number of a usage report: p_absent when it is not told, -1 when it is none. Whoever asks refuses
 * what is negative.
 */
create function private.reported_number(p_reported jsonb, p_absent numeric)
returns numeric
language sql
immutable
parallel safe
as $$
  select case coalesce(jsonb_typeof(p_reported), 'null')
    when 'number' then p_reported::numeric
    when 'null' then p_absent
    else -1
  end
$$;

comment on function private.reported_number(jsonb, numeric)
  is 'A number in a usage report; -1 when it is none.';
