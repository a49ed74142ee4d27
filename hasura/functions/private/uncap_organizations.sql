/*
 * Job: an organization whose last cap on credits went with its user pays nothing for caps any more; at
 * most p_limit in a call. Until then its holds only take the longer way to the same answers, so whose
 * gate is not free is left for the next run. `remaining`: a further call may find more.
 *
 * Gate: the balance rows. What was read before they were locked only tells whom to look at: a cap may
 * have been set since.
 */
create function private.uncap_organizations(p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[];
begin
  select array_agg(free.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.has_member_caps
      and not exists (
        select
        from public.member_caps as cap
        where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
      )
    order by balance.organization_id
    limit p_limit
    for no key update of balance skip locked
  ) as free;

  update public.organization_credit_balances as balance
  set has_member_caps = false
  where balance.organization_id = any (v_organization_ids)
    and not exists (
      select
      from public.member_caps as cap
      where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
    );
  get diagnostics processed = row_count;
  remaining := coalesce(cardinality(v_organization_ids), 0) = p_limit;
  failed := 0;
  return next;
end
$$;

comment on function private.uncap_organizations(integer)
  is 'Job: organizations whose last cap on credits went with its user are without caps again.';

grant execute on function private.uncap_organizations(integer) to purser_api;
