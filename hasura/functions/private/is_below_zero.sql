/*
 * Whether giving back so much of a level would leave less than nothing: of all that the organization
 * has, or of what is booked to the user. p_taken as in judge_usage.
 */
create function private.is_below_zero(p_entry private.usage_entry, p_taken jsonb)
returns boolean
language sql
stable
as $$
  select bool_or(
    coalesce(counter.used_amount, 0) + coalesce(
      (p_taken ->> private.counter_key(scope.user_id, p_entry.meter_id, 'none', null, null))::numeric,
      0
    ) + p_entry.amount < 0
  )
  from unnest(array['00000000-0000-0000-0000-000000000000', p_entry.user_id]) as scope (user_id)
  left join public.quota_usages as counter
    on counter.organization_id = p_entry.organization_id
    and counter.meter_id = p_entry.meter_id
    and counter.user_id = scope.user_id
    and counter.period = 'none'
    and counter.period_start = '-infinity'
  where scope.user_id is not null
$$;

comment on function private.is_below_zero(private.usage_entry, jsonb)
  is 'Whether giving back an amount of a level would leave less than nothing.';
