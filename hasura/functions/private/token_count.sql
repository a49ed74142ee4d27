/*
 * A number of tokens in a usage report: null when absent, -1 when it is not a count. Whoever calls
 * it refuses what is negative.
 */
create function private.token_count(p_usage jsonb, p_name text)
returns numeric
language sql
immutable
parallel safe
as $$
  select case coalesce(jsonb_typeof(p_usage -> p_name), 'null')
    when 'number' then
      case
        when (p_usage -> p_name)::numeric between 0 and 1000000000000
          and trunc((p_usage -> p_name)::numeric) = (p_usage -> p_name)::numeric
          then (p_usage -> p_name)::numeric
        else -1
      end
    when 'null' then null
    else -1
  end
$$;

comment on function private.token_count(jsonb, text) is 'A count in a usage report; null when absent, -1 when wrong.';
