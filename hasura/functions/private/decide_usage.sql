/*
 * Decides uses of meters one after the other, as if each had come alone: an item sees what earlier
 * items of its organization took, and the keys that they used. Items come sorted by organization and
 * then by item, and go back the same way with outcome and decision set. p_is_forced: what has
 * happened is recorded whatever the limits say. Writes nothing; the caller holds the gates.
 */
create function private.decide_usage(
  p_entries private.usage_entry[],
  p_is_forced boolean
)
returns private.usage_entry[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entries private.usage_entry[] := p_entries;
  v_entry private.usage_entry;
  v_first private.usage_entry;
  v_organization_id uuid;
  v_rules jsonb;
  v_taken jsonb;
  v_keys jsonb;
  v_rules_key text;
  v_counter text;
begin
  for v_index in 1 .. cardinality(v_entries) loop
    v_entry := v_entries[v_index];
    if v_entry.organization_id is distinct from v_organization_id then
      v_organization_id := v_entry.organization_id;
      v_rules := '{}';
      v_taken := '{}';
      v_keys := '{}';
    end if;

    if v_keys ? v_entry.idempotency_key then
      v_first := v_entries[(v_keys ->> v_entry.idempotency_key)::integer];
      v_entry.outcome := case
        when v_first.request_fingerprint = v_entry.request_fingerprint then 'replayed'
        else 'idempotency_conflict'
      end;
      v_entry.id := v_first.id;
      v_entry.decision := v_first.decision;
    elsif v_entry.outcome is null then
      v_rules_key := concat_ws('|', v_entry.user_id, v_entry.meter_id, v_entry.event_at);
      if not v_rules ? v_rules_key then
        v_rules := v_rules || jsonb_build_object(v_rules_key, (
          select jsonb_agg(to_jsonb(rule))
          from private.quota_state(
            v_entry.organization_id, v_entry.user_id, v_entry.meter_id, v_entry.event_at
          ) as rule
        ));
      end if;
      v_entry.decision := private.judge_usage(
        v_rules -> v_rules_key, v_taken, v_entry.meter_id, v_entry.amount, p_is_forced
      );
      v_entry.outcome := case
        when v_rules -> v_rules_key @> '[{"scope_user_id": null}]' and not p_is_forced
          then 'user_required'
        when v_entry.amount < 0 and private.is_below_zero(v_entry, v_taken) then 'below_zero'
        else v_entry.decision ->> 'outcome'
      end;
      v_entry.decision := v_entry.decision - 'outcome';
      if v_entry.outcome = 'recorded' then
        if v_entry.idempotency_key is not null then
          v_keys := v_keys || jsonb_build_object(v_entry.idempotency_key, v_index);
        end if;
        for v_counter in
          select private.counter_key(
            scope.user_id, v_entry.meter_id, period.name, v_entry.day, v_entry.period_start
          )
          from unnest(array[
            '00000000-0000-0000-0000-000000000000', v_entry.user_id
          ]) as scope (user_id)
          cross join unnest(array['day', 'month', 'none']) as period (name)
          where scope.user_id is not null
        loop
          v_taken := v_taken || jsonb_build_object(
            v_counter, coalesce((v_taken ->> v_counter)::numeric, 0) + v_entry.amount
          );
        end loop;
      end if;
    end if;
    v_entries[v_index] := v_entry;
  end loop;
  return v_entries;
end
$$;

comment on function private.decide_usage(private.usage_entry[], boolean)
  is 'Decides uses of meters in order, each in view of the ones before it.';
