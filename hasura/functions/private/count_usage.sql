/*
 * What consume_quota and record_usage have in common: decides a batch of uses in order and writes the
 * accepted ones. p_source is consumed or recorded; only consumed asks the limits. Gate: the balance
 * row of each organization, so limits hold under any concurrency and the ledger's sequence is in
 * order of commit.
 */
create function private.count_usage(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_event_ats timestamptz[],
  p_metadata jsonb[],
  p_source text
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_entries private.usage_entry[];
begin
  perform private.require_batch(
    cardinality(p_organization_ids), cardinality(p_user_ids), cardinality(p_meter_ids),
    cardinality(p_amounts), cardinality(p_idempotency_keys), cardinality(p_event_ats),
    cardinality(p_metadata)
  );
  v_at := private.lock_balances(p_organization_ids);
  v_entries := private.usage_entries(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys, p_event_ats,
    p_metadata, p_source, v_at
  );
  v_entries := coalesce(
    private.decide_usage_plain(v_entries, p_source <> 'consumed'),
    private.decide_usage(v_entries, p_source <> 'consumed')
  );
  perform private.write_usage(v_entries, v_at);
  perform private.note_over_limits(v_entries, v_at);

  return query
  select
    entry.item, entry.outcome,
    case when entry.outcome in ('recorded', 'replayed') then entry.id end,
    entry.amount, entry.decision
  from unnest(v_entries) as entry
  order by entry.item;
end
$$;

comment on function private.count_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[], text
) is 'Decides a batch of uses of meters in order and writes the accepted ones.';
