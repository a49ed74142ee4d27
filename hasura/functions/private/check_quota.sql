/*
 * What consume_quota would answer now, without a side effect and without waiting for the gate.
 * `outcome` is allowed or its refusal; `decision` tells the limit that is closest, before the use.
 *
 * Outcomes: allowed, quota_exceeded, member_cap_exceeded, below_zero, subscription_inactive,
 * user_required, unknown_organization, unknown_meter, unknown_user, invalid_amount.
 */
create function private.check_quota(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_amount numeric
)
returns table (outcome text, decision jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_entries private.usage_entry[];
  v_rules jsonb;
begin
  v_entries := private.usage_entries(
    array[p_organization_id], array[p_user_id], array[p_meter_id], array[p_amount],
    array[uuidv7()::text], array[null::timestamptz], array[null::jsonb], 'consumed', v_at
  );
  v_entries := private.decide_usage(v_entries, false);
  outcome := case v_entries[1].outcome
    when 'recorded' then 'allowed'
    else v_entries[1].outcome
  end;
  select jsonb_agg(to_jsonb(rule))
  into v_rules
  from private.quota_state(p_organization_id, p_user_id, p_meter_id, v_at) as rule;
  decision := case
    when outcome = 'allowed'
      then private.judge_usage(v_rules, '{}', p_meter_id, 0, true) - 'outcome'
    else v_entries[1].decision
  end;
  return next;
end
$$;

comment on function private.check_quota(uuid, uuid, text, numeric)
  is 'What consume_quota would answer now; no side effect.';

grant execute on function private.check_quota(uuid, uuid, text, numeric) to purser_api;
