/*
 * An array of one value for each of so many items. What is the same for all of them is sent once: a
 * batch mostly asks for one capability, and that of a busy organization for one organization. To read
 * a value takes longer than to copy it.
 */
create function private.for_each_item(p_values anyarray, p_items integer)
returns anyarray
language sql
immutable
parallel safe
as $$
  select case cardinality(p_values)
    when 1 then array_fill(p_values[1], array[p_items])
    else p_values
  end
$$;

comment on function private.for_each_item(anyarray, integer)
  is 'An array of one value for each of so many items, of one value or of all.';

grant execute on function private.for_each_item(anyarray, integer) to purser_api;
