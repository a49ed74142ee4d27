/*
 * Ends reservations without a charge, one row an item in the order of the items.
 *
 * Gate: the balance rows (lock_balances), under which it is seen that nothing has ended them.
 * Replay: releasing again answers the first release. After a settlement or an expiry the answer is
 * reservation_not_open with that status: there is nothing left to give back.
 *
 * Outcomes: released, replayed, reservation_not_found (also another organization's),
 * reservation_not_open. SQLSTATEs: LG001, LG002.
 */
create function private.release_credits(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_reasons text[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  released_credits numeric,
  available_credits numeric,
  replayed boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids), cardinality(p_reasons)
  );
  v_at := private.lock_balances(p_organization_ids);

  if not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= v_at
  ) then
    return query
    select * from private.apply_releases(p_organization_ids, p_reservation_ids, p_reasons, v_at);
    return;
  end if;

  -- An expired grant is kept only for open holds: as each one ends, what it needed no longer counts.
  for v_index in 1 .. v_items loop
    select done.*
    into item, outcome, reservation_id, status, released_credits, available_credits, replayed
    from private.apply_releases(
      p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
      p_reasons[v_index : v_index], v_at
    ) as done;
    item := v_index;
    available_credits := private.expire_kept_grants(p_organization_ids[v_index], v_at);
    return next;
  end loop;
end
$$;

comment on function private.release_credits(uuid[], uuid[], text[])
  is 'Gives held credits back; arrays in, one outcome row an item in order.';

grant execute on function private.release_credits(uuid[], uuid[], text[]) to purser_api;
