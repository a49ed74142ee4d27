/*
 * The smallest version 7 uuid of a moment: ids from it on were made at that millisecond or later.
 * It lets a range of the primary key stand for a range of time, without an index on the time.
 */
create function private.first_uuid_at(p_at timestamptz)
returns uuid
language sql
immutable
parallel safe
as $$
  select (
    lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') || '70008000000000000000'
  )::uuid
$$;

comment on function private.first_uuid_at(timestamptz) is 'Smallest version 7 uuid made at or after a moment.';
