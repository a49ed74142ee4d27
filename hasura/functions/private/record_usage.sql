/*
 * Counts uses that have happened, whatever the limits say: one row an item in the order of the items.
 * It counts in the day and the billing period of its event time. Gate, replay and decision as in
 * consume_quota; over_limit and warning tell that a limit was passed.
 *
 * Outcomes: recorded, replayed, idempotency_conflict, below_zero, unknown_organization, unknown_meter,
 * unknown_user, invalid_amount, invalid_event_at (older than 35 days, or in the future), invalid_key.
 * SQLSTATEs: LG001, LG002.
 */
create function private.record_usage(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_event_ats timestamptz[],
  p_metadata jsonb[]
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select *
  from private.count_usage(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys, p_event_ats,
    p_metadata, 'recorded'
  )
$$;

comment on function private.record_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[]
) is 'Counts uses that have happened; arrays in, one outcome row an item in order.';

grant execute on function private.record_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[]
) to purser_api;
