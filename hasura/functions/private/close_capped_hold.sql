/*
 * Trigger: when a hold that counts against a cap ends, what it held is free again and what it was
 * charged is used, in the day and period in which it was made. Holds without a cap never get here.
 */
create function private.close_capped_hold()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.quota_usages as counter
  set
    -- A counter that is wrong must not stop a settlement; verify_usage tells that it is.
    held_amount = greatest(
      counter.held_amount - case when old.ended_as is null then old.amount_credits else 0 end, 0
    ),
    used_amount = counter.used_amount + coalesce(new.charged_credits, 0)
  from (
    -- The newest that had begun: a change of the plan may have ended one early.
    select kept.period, max(kept.period_start) as period_start
    from public.quota_usages as kept
    where kept.organization_id = new.organization_id
      and kept.meter_id = 'credits'
      and kept.user_id = new.user_id
      and kept.period_start <= new.created_at
      and kept.period_end > new.created_at
    group by kept.period
  ) as newest
  where counter.organization_id = new.organization_id
    and counter.meter_id = 'credits'
    and counter.user_id = new.user_id
    and counter.period = newest.period
    and counter.period_start = newest.period_start;
  return null;
end
$$;

comment on function private.close_capped_hold()
  is 'Trigger: a hold that ends is counted against the caps of its member.';

create trigger close_capped_hold
after update of ended_as on private.credit_holds
for each row when (old.is_capped and old.ended_as is distinct from new.ended_as)
execute function private.close_capped_hold();
