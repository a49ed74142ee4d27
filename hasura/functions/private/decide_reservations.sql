/*
 * Decides the items of a batch one after the other, as if each had come alone: an item sees the
 * credits, the requests and the keys that earlier items of its organization took. Items come sorted
 * by organization and then by item, and go back the same way with outcome set. Writes nothing.
 */
create function private.decide_reservations(
  p_candidates private.reservation_candidate[],
  p_at timestamptz
)
returns private.reservation_candidate[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidates private.reservation_candidate[] := p_candidates;
  v_item private.reservation_candidate;
  v_first private.reservation_candidate;
  v_organization_id uuid;
  v_available_credits numeric;
  v_requests jsonb;
  v_keys jsonb;
  v_taken integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_candidates), 0) loop
    v_item := v_candidates[v_index];
    if v_item.organization_id is distinct from v_organization_id then
      v_organization_id := v_item.organization_id;
      v_available_credits := v_item.available_credits;
      v_requests := '{}';
      v_keys := '{}';
    end if;

    if v_keys ? v_item.idempotency_key then
      v_first := v_candidates[(v_keys ->> v_item.idempotency_key)::integer];
      if v_first.request_fingerprint = v_item.request_fingerprint then
        v_item.outcome := 'replayed';
      else
        v_item.outcome := 'idempotency_conflict';
      end if;
      v_item.reservation_id := v_first.reservation_id;
      v_item.quality_level_id := v_first.quality_level_id;
      v_item.model_id := v_first.model_id;
      v_item.amount_credits := v_first.amount_credits;
      v_item.expires_at := v_first.expires_at;
    elsif v_item.outcome is null then
      v_taken := coalesce((v_requests ->> v_item.capability_id)::integer, 0);
      v_item.outcome := coalesce(
        private.limits_refusal(
          v_item.minute_limit, v_item.minute_used + v_taken,
          v_item.hour_limit, v_item.hour_used + v_taken,
          v_item.day_limit, v_item.day_used + v_taken,
          v_item.amount_credits, v_available_credits
        ),
        'reserved'
      );
      if v_item.outcome = 'reserved' then
        v_available_credits := v_available_credits - v_item.amount_credits;
        v_requests := v_requests || jsonb_build_object(v_item.capability_id, v_taken + 1);
        v_keys := v_keys || jsonb_build_object(v_item.idempotency_key, v_index);
      elsif v_item.outcome = 'rate_limited' then
        v_item.retry_after_seconds := private.retry_after_seconds(
          v_item.organization_id, v_item.capability_id,
          v_item.minute_limit, v_item.hour_limit, v_item.day_limit, v_taken, p_at
        );
      end if;
    end if;
    v_candidates[v_index] := v_item;
  end loop;
  return v_candidates;
end
$$;

comment on function private.decide_reservations(private.reservation_candidate[], timestamptz)
  is 'Decides items in order, each in view of the ones before it.';
