/*
 * Decides the items of a batch one after the other, as if each had come alone: how much of the
 * actual cost can be charged after what the items before it took. Above its hold a settlement takes
 * what is available, then the overdraft; the rest is shortfall. A hold that has expired is no hold:
 * all of the cost is above it. Items come sorted by organization and then by item. Writes nothing.
 */
create function private.decide_settlements(p_candidates private.settlement_candidate[])
returns private.settlement_candidate[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidates private.settlement_candidate[] := p_candidates;
  v_item private.settlement_candidate;
  v_first private.settlement_candidate;
  v_organization_id uuid;
  v_headroom_credits numeric;
  v_held_credits numeric;
  v_settled jsonb;
begin
  for v_index in 1 .. coalesce(cardinality(v_candidates), 0) loop
    v_item := v_candidates[v_index];
    if v_item.organization_id is distinct from v_organization_id then
      v_organization_id := v_item.organization_id;
      v_headroom_credits := v_item.headroom_credits;
      v_settled := '{}';
    end if;

    if v_settled ? v_item.reservation_id::text then
      v_first := v_candidates[(v_settled ->> v_item.reservation_id::text)::integer];
      v_item.status := 'settled';
      v_item.charged_credits := v_first.charged_credits;
      v_item.released_credits := v_first.released_credits;
      v_item.shortfall_credits := v_first.shortfall_credits;
      v_item.settled_by_item := v_first.item;
      if v_first.settlement_fingerprint = v_item.settlement_fingerprint then
        v_item.outcome := 'replayed';
      else
        v_item.outcome := 'idempotency_conflict';
      end if;
    elsif v_item.outcome is null then
      v_held_credits := case when v_item.status = 'reserved' then v_item.held_credits else 0 end;
      v_item.charged_credits := least(
        v_item.actual_credits, v_held_credits + greatest(v_headroom_credits, 0)
      );
      v_item.released_credits := v_item.held_credits
        - least(v_item.charged_credits, v_held_credits);
      v_item.shortfall_credits := v_item.actual_credits - v_item.charged_credits;
      v_item.outcome := 'settled';
      v_headroom_credits := v_headroom_credits - v_item.charged_credits + v_held_credits;
      v_settled := v_settled || jsonb_build_object(v_item.reservation_id, v_index);
    end if;
    v_candidates[v_index] := v_item;
  end loop;
  return v_candidates;
end
$$;

comment on function private.decide_settlements(private.settlement_candidate[])
  is 'Decides what each settlement of a batch charges, each in view of the ones before it.';
