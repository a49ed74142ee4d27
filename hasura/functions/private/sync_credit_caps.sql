/*
 * Trigger: when caps on credits are set, their members' use of this day and period so far is counted,
 * and open holds are marked, so that the cap counts from the beginning; when the last one of a member
 * is taken away, nothing is counted any more. Organizations without caps pay nothing: their balance row
 * says so. Gate: the balance rows of all that the statement touched, at once, as it locks them in order;
 * then its members, in order as well.
 *
 * Not for what a foreign key does when a user or an organization is deleted (a trigger inside another):
 * the deleted rows are locked by then, and who has the gate may wait for them, as for the user of an
 * override. Nothing is wrong without it: nobody is left whom a cap of a deleted user could hold back,
 * and whose limit stays has only lost the name of who set it. uncap_organizations puts the balance right.
 */
create function private.sync_credit_caps()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[] := array(
    select distinct cap.organization_id from touched_caps as cap where cap.meter_id = 'credits'
  );
  v_at timestamptz;
  v_member record;
begin
  if cardinality(v_organization_ids) = 0 then
    return null;
  end if;
  v_at := private.lock_balances(v_organization_ids);
  update public.organization_credit_balances as balance
  set has_member_caps = exists (
    select
    from public.member_caps as cap
    where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
  )
  where balance.organization_id = any (v_organization_ids);

  for v_member in
    select distinct cap.organization_id, cap.user_id
    from touched_caps as cap
    where cap.meter_id = 'credits'
    order by cap.organization_id, cap.user_id
  loop
    delete from public.quota_usages as counter
    where counter.organization_id = v_member.organization_id
      and counter.meter_id = 'credits'
      and counter.user_id = v_member.user_id;
    update private.credit_holds as hold
    set is_capped = false
    where hold.organization_id = v_member.organization_id
      and hold.user_id = v_member.user_id
      and hold.is_capped;
    if exists (
      select
      from public.member_caps as cap
      where cap.organization_id = v_member.organization_id
        and cap.user_id = v_member.user_id
        and cap.meter_id = 'credits'
    ) then
      perform private.count_capped_member(v_member.organization_id, v_member.user_id, v_at);
    end if;
  end loop;
  return null;
end
$$;

comment on function private.sync_credit_caps()
  is 'Trigger: a cap on credits counts what its member has used so far.';

create trigger sync_inserted_credit_caps
after insert on public.member_caps
referencing new table as touched_caps
for each statement execute function private.sync_credit_caps();

create trigger sync_updated_credit_caps
after update on public.member_caps
referencing new table as touched_caps
for each statement when (pg_trigger_depth() = 0)
execute function private.sync_credit_caps();

create trigger sync_deleted_credit_caps
after delete on public.member_caps
referencing old table as touched_caps
for each statement when (pg_trigger_depth() = 0)
execute function private.sync_credit_caps();
