/* Names a counter of an organization in the arithmetic of a batch. */
create function private.counter_key(
  p_user_id uuid,
  p_meter_id text,
  p_period text,
  p_day date,
  p_period_start timestamptz
)
returns text
language sql
stable
parallel safe
as $$
  select concat_ws(
    '|', p_user_id, p_meter_id, p_period,
    case p_period when 'day' then p_day::text when 'month' then extract(epoch from p_period_start)::text end
  )
$$;

comment on function private.counter_key(uuid, text, text, date, timestamptz)
  is 'Names a counter of an organization in the arithmetic of a batch.';
