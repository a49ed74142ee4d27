/*
 * A new version 7 uuid of a moment, which is not that of the real clock where a test set ours: the
 * rate limits find reservations of a time by their ids.
 */
create function private.reservation_id_at(p_at timestamptz)
returns uuid
language sql
volatile
as $$
  select uuidv7(p_at - clock_timestamp())
$$;

comment on function private.reservation_id_at(timestamptz) is 'A new version 7 uuid of a moment.';
