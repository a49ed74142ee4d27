/* A number of tokens in a usage report: null when absent, -1 when it is not a count. */
create function private.token_count(p_usage jsonb, p_name text)
returns bigint
language sql
immutable
parallel safe
as $$
  select case
    when coalesce(jsonb_typeof(p_usage -> p_name), 'null') = 'null' then null
    when jsonb_typeof(p_usage -> p_name) <> 'number' then -1
    when (p_usage -> p_name)::numeric not between 0 and 1000000000000 then -1
    when (p_usage -> p_name)::numeric <> trunc((p_usage -> p_name)::numeric) then -1
    else (p_usage -> p_name)::bigint
  end
$$;

comment on function private.token_count(jsonb, text) is 'A count in a usage report; null when absent, -1 when wrong.';
