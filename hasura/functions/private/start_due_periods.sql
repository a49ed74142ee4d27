/*
 * Starts the next period of those of the organizations whose period has ended by p_at, and returns
 * how many there were: called until it returns 0, it catches up with missed periods one by one, each
 * with its own rows in the ledger. What was bought or given is never touched.
 *
 * The caller holds the gates and has expired what was due, so what the plan's grants of the old
 * period had left is in their expired_credits; of that, as much as the old and the new plan allow
 * rolls over. Then the month's credits are granted, unless the subscription is unpaid or canceled.
 * A pending change that is due applies to the new period; one without a plan is a cancellation,
 * after which the organization is on the free plan. Subscriptions of the payment provider are left
 * to billing. A second runner finds the period moved on and does nothing.
 */
create function private.start_due_periods(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
as $$
  with due as materialized (
    select
      ended.organization_id,
      ended.period_start as old_start,
      ended.period_end as new_start,
      private.next_period_start(ended.period_end, ended.anchor_day, ended.time_zone) as new_end,
      coalesce(ended.pending_change_at <= ended.period_end, false) as is_change,
      plan.id as plan_id,
      case
        when ended.pending_change_at <= ended.period_end then plan.monthly_ai_credits
        else ended.monthly_ai_credits
      end as monthly_ai_credits,
      case
        when ended.pending_change_at <= ended.period_end then plan.overdraft_credits
        else ended.overdraft_credits
      end as overdraft_credits,
      case
        when ended.pending_change_at <= ended.period_end and ended.pending_plan_id is null
          then 'active'
        else ended.status
      end as status,
      least(plan.rollover_credits, old_plan.rollover_credits) as rollover_limit
    from public.org_plans as ended
    join public.plans as old_plan on old_plan.id = ended.plan_id
    join public.plans as plan on plan.id = case
      when ended.pending_change_at <= ended.period_end then coalesce(ended.pending_plan_id, 'free')
      else ended.plan_id
    end
    where ended.organization_id = any (p_organization_ids)
      and ended.period_end <= p_at
      and ended.stripe_subscription_id is null
  ),
  added as materialized (
    select
      uuidv7() as grant_id,
      uuidv7() as transaction_id,
      due.organization_id,
      due.new_start,
      due.new_end,
      lot.source,
      lot.type,
      lot.priority,
      lot.amount_credits,
      -- A debt is repaid first, by the first of the new lots.
      least(
        lot.amount_credits,
        greatest(balance.debt_credits + lot.amount_credits - sum(lot.amount_credits) over line, 0)
      ) as repaid_credits,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits
        + sum(lot.amount_credits) over line as balance_after_credits
    from due
    join public.organization_credit_balances as balance
      on balance.organization_id = due.organization_id
    cross join lateral (
      select 'rollover', 'rollover', 20, least(due.rollover_limit, sum(old.expired_credits))
      from public.credit_grants as old
      where old.organization_id = due.organization_id
        and old.source = 'plan'
        and old.expires_at > due.old_start
        and old.expires_at <= due.new_start
        and due.rollover_limit > 0
      union all
      select 'plan', 'plan_allocation', 10, due.monthly_ai_credits
      where due.status not in ('unpaid', 'canceled')
    ) as lot (source, type, priority, amount_credits)
    where lot.amount_credits > 0
    window line as (
      partition by due.organization_id order by lot.priority desc rows unbounded preceding
    )
  ),
  granted as (
    insert into public.credit_grants (
      id, organization_id, source, granted_credits, remaining_credits, repaid_debt_credits,
      priority, effective_at, expires_at, closed_at, transaction_id, created_at
    )
    select
      added.grant_id, added.organization_id, added.source, added.amount_credits,
      added.amount_credits - added.repaid_credits, added.repaid_credits, added.priority,
      added.new_start, added.new_end,
      case when added.repaid_credits = added.amount_credits then p_at end, added.transaction_id, p_at
    from added
  ),
  recorded as (
    insert into public.credit_transactions
      (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      added.transaction_id, added.organization_id, added.type, added.amount_credits, added.balance_after_credits,
      added.grant_id, p_at
    from added
    order by added.organization_id, added.priority desc
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits + coalesce(total.monthly, 0),
      bonus_credits = balance.bonus_credits + coalesce(total.bonus, 0),
      debt_credits = balance.debt_credits - coalesce(total.repaid, 0),
      overdraft_credits = due.overdraft_credits,
      used_credits = 0,
      period_start = due.new_start,
      period_end = due.new_end,
      next_grant_expires_at = case
        when total.monthly + total.bonus > 0 then least(balance.next_grant_expires_at, due.new_end)
        else balance.next_grant_expires_at
      end
    from due
    left join (
      select
        added.organization_id,
        coalesce(sum(added.amount_credits - added.repaid_credits)
          filter (where added.source = 'plan'), 0) as monthly,
        coalesce(sum(added.amount_credits - added.repaid_credits)
          filter (where added.source <> 'plan'), 0) as bonus,
        sum(added.repaid_credits) as repaid
      from added
      group by added.organization_id
    ) as total on total.organization_id = due.organization_id
    where balance.organization_id = due.organization_id
  ),
  moved as (
    update public.org_plans as subscription
    set
      plan_id = due.plan_id,
      monthly_ai_credits = due.monthly_ai_credits,
      overdraft_credits = due.overdraft_credits,
      status = due.status,
      period_start = due.new_start,
      period_end = due.new_end,
      pending_plan_id = case when not due.is_change then subscription.pending_plan_id end,
      pending_change_at = case when not due.is_change then subscription.pending_change_at end,
      updated_at = p_at
    from due
    where subscription.organization_id = due.organization_id
      and subscription.period_end = due.new_start
    returning subscription.organization_id
  )
  select count(*)::integer from moved
$$;

comment on function private.start_due_periods(uuid[], timestamptz)
  is 'Starts the next period of locked organizations whose period has ended; returns how many.';
