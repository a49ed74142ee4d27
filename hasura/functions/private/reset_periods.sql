/*
 * Job: starts the new period of organizations whose period has ended, at most p_limit in a call, in
 * one short transaction. Takes the gates that are free and skips the others, so it can run twice and
 * in many places: a period that has moved on is not due any more. An organization that cannot be
 * reset is counted in `failed`, keeps its old period and is skipped by the rest of the run through
 * the cursor (p_after_period_end, p_after_organization_id), which is where this call ended.
 * `processed` counts organizations, `periods` what they had missed.
 */
create function private.reset_periods(
  p_limit integer,
  p_after_period_end timestamptz,
  p_after_organization_id uuid
)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  periods integer,
  after_period_end timestamptz,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
-- A batch is read in the order of an index, whatever is due beyond it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
  v_organization_id uuid;
begin
  select
    array_agg(locked.organization_id order by locked.due_at, locked.organization_id),
    max(locked.due_at)
  into v_organization_ids, after_period_end
  from (
    select
      balance.organization_id,
      least(balance.next_grant_expires_at, balance.period_end) as due_at
    from public.organization_credit_balances as balance
    where least(balance.next_grant_expires_at, balance.period_end) <= v_at
      and balance.period_end <= v_at
      and (least(balance.next_grant_expires_at, balance.period_end), balance.organization_id)
        > (p_after_period_end, p_after_organization_id)
      -- Never a join, so the index above gives the order.
      and (
        select subscription.stripe_subscription_id is null
        from public.org_plans as subscription
        where subscription.organization_id = balance.organization_id
      )
    order by least(balance.next_grant_expires_at, balance.period_end), balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;
  -- Nobody can write these ledgers any more: from here on the time is later than their last rows.
  v_at := private.current_time_utc();
  processed := coalesce(cardinality(v_organization_ids), 0);
  failed := 0;
  periods := 0;
  remaining := processed = p_limit;
  after_organization_id := v_organization_ids[processed];

  begin
    periods := private.reset_organizations(v_organization_ids, v_at);
  exception when others then
    -- One of them is wrong: the others must not wait for it.
    foreach v_organization_id in array v_organization_ids loop
      begin
        periods := periods + private.reset_organizations(array[v_organization_id], v_at);
      exception when others then
        failed := failed + 1;
        raise warning 'reset of organization % failed: %', v_organization_id, sqlerrm;
      end;
    end loop;
  end;
  processed := processed - failed;
  return next;
end
$$;

comment on function private.reset_periods(integer, timestamptz, uuid)
  is 'Job: starts due periods, skipping organizations that are busy.';

grant execute on function private.reset_periods(integer, timestamptz, uuid) to purser_api;
