/*
 * Counts one use for a caller that holds the gate and prevents repetition itself, as sessions do.
 * p_at is the time that the gate told, p_event_at when it happened: it counts in that day and billing
 * period, and is judged by that period's limits. p_force records it whatever they say.
 *
 * Outcomes: recorded, quota_exceeded, member_cap_exceeded, below_zero, user_required, and
 * unknown_meter (or switched off), unknown_organization, invalid_amount. remaining_amount is what the
 * closest limit leaves, null when there is none; decision is that of consume_quota.
 */
create function private.add_usage(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_amount numeric,
  p_at timestamptz,
  p_event_at timestamptz,
  p_metadata jsonb,
  p_force boolean
)
returns table (outcome text, usage_id uuid, remaining_amount numeric, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_entries private.usage_entry[];
begin
  select array[
    row(
      1, p_organization_id, p_user_id, p_meter_id, meter.kind, p_amount, 'session', p_event_at,
      date.day, date.period_start, date.period_end, span.period_start, span.period_end,
      null::uuid, null::text, null::bytea, p_metadata, uuidv7(),
      case
        when meter.id is null then 'unknown_meter'
        when private.is_usage_amount(p_amount) is not true
          or (meter.kind = 'flow' and p_amount < 0) then 'invalid_amount'
      end,
      null::jsonb
    )::private.usage_entry
  ]
  into v_entries
  from public.org_plans as subscription
  left join public.meters as meter on meter.id = p_meter_id and meter.is_active
  cross join lateral private.quota_period('month', p_meter_id, p_event_at, subscription) as span
  cross join lateral private.quota_period('day', p_meter_id, p_event_at, subscription) as date
  where subscription.organization_id = p_organization_id;
  if not found then
    outcome := 'unknown_organization';
    return next;
    return;
  end if;

  v_entries := private.decide_usage(v_entries, p_force);
  perform private.write_usage(v_entries, p_at);
  perform private.note_over_limits(v_entries, p_at);
  outcome := v_entries[1].outcome;
  usage_id := case when outcome = 'recorded' then v_entries[1].id end;
  decision := v_entries[1].decision;
  remaining_amount := (decision ->> 'remaining')::numeric;
  return next;
end
$$;

comment on function private.add_usage(
  uuid, uuid, text, numeric, timestamptz, timestamptz, jsonb, boolean
) is 'Counts one use of a meter for a caller that holds the gate.';
