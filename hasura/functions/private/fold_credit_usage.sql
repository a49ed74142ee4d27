/*
 * Job: brings the roll-up of credits up to the ledger, for at most p_limit organizations after
 * p_after_organization_id in a call. It needs no gate: rows of an organization are committed in the
 * order of their sequence, so what is read up to a row is all there is up to it. Each organization's
 * mark is locked, and skipped when another runner has it. At most 200,000 rows of an organization in
 * a call; the next one goes on.
 * `processed` counts organizations that had something new, `rows` their rows of the roll-up.
 */
create function private.fold_credit_usage(p_limit integer, p_after_organization_id uuid)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  rows integer,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_organization_ids uuid[];
  v_organization_id uuid;
  v_from bigint;
  v_to bigint;
  v_rows integer;
begin
  select array_agg(account.organization_id order by account.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id > p_after_organization_id
    order by balance.organization_id
    limit p_limit
  ) as account;
  processed := 0;
  failed := 0;
  rows := 0;
  remaining := coalesce(cardinality(v_organization_ids), 0) = p_limit;
  after_organization_id := coalesce(v_organization_ids[cardinality(v_organization_ids)], p_after_organization_id);

  for v_organization_id, v_from, v_to in
    select account.id, coalesce(mark.folded_sequence, 0), news.sequence
    from unnest(v_organization_ids) as account (id)
    left join private.credit_usage_folds as mark on mark.organization_id = account.id
    cross join lateral (
      select max(entry.sequence) as sequence
      from (
        select written.sequence
        from public.credit_transactions as written
        where written.organization_id = account.id
          and written.sequence > coalesce(mark.folded_sequence, 0)
        order by written.sequence
        limit 200000
      ) as entry
    ) as news
    where news.sequence is not null
  loop
    insert into private.credit_usage_folds (organization_id, folded_sequence)
    values (v_organization_id, 0)
    on conflict do nothing;
    perform
    from private.credit_usage_folds as mark
    where mark.organization_id = v_organization_id and mark.folded_sequence = v_from
    for update skip locked;
    -- Another runner has it, or has folded it since the list was made.
    continue when not found;

    insert into public.credit_usage_daily as daily
      (organization_id, dimension, day, key, used_credits, entries)
    select charge.*
    from private.credit_charges_by_day(v_organization_id, v_from, v_to, null) as charge
    on conflict (organization_id, dimension, day, key) do update
      set
        used_credits = daily.used_credits + excluded.used_credits,
        entries = daily.entries + excluded.entries;
    get diagnostics v_rows = row_count;
    update private.credit_usage_folds as mark
    set folded_sequence = v_to
    where mark.organization_id = v_organization_id;
    processed := processed + 1;
    rows := rows + v_rows;
  end loop;
  return next;
end
$$;

comment on function private.fold_credit_usage(integer, uuid)
  is 'Job: brings the roll-up of credits up to the ledger.';

grant execute on function private.fold_credit_usage(integer, uuid) to purser_api;
