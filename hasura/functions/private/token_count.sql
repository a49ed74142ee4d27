/*
 * A number of tokens as a usage report has it: null when absent, -1 when it is not a count. Whoever
 * asks refuses what is negative.
 */
create function private.token_count(p_reported jsonb)
returns numeric
language sql
immutable
parallel safe
as $$
  select case coalesce(jsonb_typeof(p_reported), 'null')
    when 'number' then
      case
        when p_reported::numeric between 0 and 1000000000000
          and trunc(p_reported::numeric) = p_reported::numeric
          then p_reported::numeric
        else -1
      end
    when 'null' then null
    else -1
  end
$$;

comment on function private.token_count(jsonb) is 'A count in a usage report; null when absent, -1 when wrong.';
