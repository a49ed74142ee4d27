/* A rule of the access check and its verdict; one that cannot be decided has not passed. */
create function private.explain_rule(p_rule text, p_passed boolean)
returns jsonb
language sql
immutable
parallel safe
as $$
  select jsonb_build_object('rule', p_rule, 'passed', coalesce(p_passed, false))
$$;

comment on function private.explain_rule(text, boolean) is 'A rule of the access check and its verdict.';
