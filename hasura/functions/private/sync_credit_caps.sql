/*
 * Trigger: when a cap on credits is set, its member's use of this day and period so far is counted,
 * and open holds are marked, so that the cap counts from the beginning; when the last one is taken
 * away, nothing is counted any more. Organizations without caps pay nothing: their balance row says
 * so. Gate: the balance row.
 */
create function private.sync_credit_caps()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cap public.member_caps := coalesce(new, old);
  v_at timestamptz;
begin
  if v_cap.meter_id <> 'credits' then
    return null;
  end if;
  v_at := private.lock_balances(array[v_cap.organization_id]);
  update public.organization_credit_balances as balance
  set has_member_caps = exists (
    select
    from public.member_caps as cap
    where cap.organization_id = v_cap.organization_id and cap.meter_id = 'credits'
  )
  where balance.organization_id = v_cap.organization_id;

  delete from public.quota_usages as counter
  where counter.organization_id = v_cap.organization_id
    and counter.meter_id = 'credits'
    and counter.user_id = v_cap.user_id;
  update public.credit_reservations as hold
  set is_capped = false
  where hold.organization_id = v_cap.organization_id
    and hold.user_id = v_cap.user_id
    and hold.is_capped;
  if exists (
    select
    from public.member_caps as cap
    where cap.organization_id = v_cap.organization_id
      and cap.user_id = v_cap.user_id
      and cap.meter_id = 'credits'
  ) then
    perform private.count_capped_member(v_cap.organization_id, v_cap.user_id, v_at);
  end if;
  return null;
end
$$;

comment on function private.sync_credit_caps()
  is 'Trigger: a cap on credits counts what its member has used so far.';

create trigger sync_credit_caps
after insert or update or delete on public.member_caps
for each row execute function private.sync_credit_caps();
