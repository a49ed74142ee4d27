/*
 * Misuse of a batch function: arrays of different lengths (LG001) or a batch that would hold locks
 * for too long (LG002). Lengths in the order of the arguments; returns the number of items.
 */
create function private.require_batch(variadic p_lengths integer[])
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_lengths[1] = all (p_lengths)) is not true then
    raise exception 'the arrays of a batch must have the same length, not %', p_lengths
      using errcode = 'LG001';
  end if;
  if p_lengths[1] > 1000 then
    raise exception 'a batch has at most 1000 items, not %', p_lengths[1] using errcode = 'LG002';
  end if;
  return p_lengths[1];
end
$$;

comment on function private.require_batch(integer[]) is 'Raises LG001 or LG002 when arrays do not make a batch.';
