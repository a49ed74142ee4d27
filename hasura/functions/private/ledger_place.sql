/*
 * The sequence after which rows of a ledger were written at p_at or later: where reading a range of
 * time begins. Both ledgers are in order of the time of writing as well as of their sequence, so a
 * binary search finds it in some twenty steps, without an index of times. p_ledger: credits or meters.
 */
create function private.ledger_place(p_organization_id uuid, p_ledger text, p_at timestamptz)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from bigint := 0;
  v_to bigint;
  v_middle bigint;
  v_next record;
begin
  if p_ledger = 'credits' then
    select max(entry.sequence) into v_to
    from public.credit_transactions as entry
    where entry.organization_id = p_organization_id;
  else
    select max(entry.sequence) into v_to
    from public.usage_ledger as entry
    where entry.organization_id = p_organization_id;
  end if;
  v_to := coalesce(v_to, 0);

  while v_from < v_to loop
    v_middle := (v_from + v_to) / 2;
    if p_ledger = 'credits' then
      select entry.sequence, entry.event_at as at into v_next
      from public.credit_transactions as entry
      where entry.organization_id = p_organization_id and entry.sequence > v_middle
      order by entry.sequence
      limit 1;
    else
      select entry.sequence, entry.created_at as at into v_next
      from public.usage_ledger as entry
      where entry.organization_id = p_organization_id and entry.sequence > v_middle
      order by entry.sequence
      limit 1;
    end if;
    if v_next.at < p_at then
      v_from := v_next.sequence;
    else
      v_to := v_middle;
    end if;
  end loop;
  return v_from;
end
$$;

comment on function private.ledger_place(uuid, text, timestamptz)
  is 'The sequence after which rows of a ledger were written at a moment or later.';

grant execute on function private.ledger_place(uuid, text, timestamptz) to purser_api;
