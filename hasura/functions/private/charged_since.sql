/*
 * What AI work has been charged since a moment. Reads the ledger backwards from its end, so its cost is
 * that of the rows since then, however long the ledger is. The caller holds the gate: the rows of an
 * organization are in the order of their time.
 */
create function private.charged_since(p_organization_id uuid, p_since timestamptz)
returns numeric
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_charged_credits numeric := 0;
begin
  for v_entry in
    select entry.type, entry.amount_credits, entry.event_at
    from public.credit_transactions as entry
    where entry.organization_id = p_organization_id
    order by entry.sequence desc
  loop
    exit when v_entry.event_at < p_since;
    if v_entry.type = 'ai_consumption' then
      v_charged_credits := v_charged_credits - v_entry.amount_credits;
    end if;
  end loop;
  return v_charged_credits;
end
$$;

comment on function private.charged_since(uuid, timestamptz)
  is 'What AI work has been charged since a moment.';
