/*
 * Posted credits of an organization as they were at a moment: the last ledger row until then. No row
 * before the first one. The ledger of an organization is in order of time as well as of its
 * sequence, so a binary search over the index of the sequence finds the row in some twenty steps,
 * however long the ledger is, and the hot ledger needs no index of times.
 *
 * Readable for whoever may read the rows of the view: its permissions are applied to the answer.
 */
create function public.balance_at(organization_id uuid, at timestamptz)
returns setof public.posted_credit_balances
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  v_from bigint;
  v_to bigint;
  v_middle bigint;
  v_found record;
begin
  select min(entry.sequence), max(entry.sequence) into v_from, v_to
  from public.credit_transactions as entry
  where entry.organization_id = balance_at.organization_id;

  while v_from < v_to loop
    v_middle := (v_from + v_to + 1) / 2;
    select entry.sequence, entry.event_at into v_found
    from public.credit_transactions as entry
    where entry.organization_id = balance_at.organization_id and entry.sequence >= v_middle
    order by entry.sequence
    limit 1;
    if v_found.event_at <= balance_at.at then
      v_from := v_found.sequence;
    else
      v_to := v_middle - 1;
    end if;
  end loop;

  return query
  select moment.*
  from public.posted_credit_balances as moment
  where moment.organization_id = balance_at.organization_id
    and moment.sequence = v_from
    and moment.event_at <= balance_at.at;
end
$$;

comment on function public.balance_at(uuid, timestamptz)
  is 'Posted credits of an organization at a moment, from the ledger.';

grant execute on function public.balance_at(uuid, timestamptz) to purser_api, purser_hasura;
