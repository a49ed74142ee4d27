/*
 * Starts the next period of those of the organizations whose period has ended by p_at, and returns
 * how many there were: called until it returns 0, it catches up with missed periods one by one, each
 * with its own rows in the ledger. What was bought or given is never touched.
 *
 * The caller holds the gates and has expired what was due, so what the plan's grants of the old
 * period had left is in their expired_credits; of that, as much as the old and the new plan allow
 * rolls over. Then the month's credits are granted, unless the subscription is unpaid or canceled.
 * A pending change that is due applies to the new period; one without a plan is a cancellation,
 * after which the organization is on the free plan and not billed any more. Otherwise the periods of
 * billed organizations are left to their paid invoices: without one, the period stays open. A second
 * runner finds the period moved on and does nothing.
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
      and (
        ended.stripe_subscription_id is null
        or (ended.pending_plan_id is null and ended.pending_change_at <= ended.period_end)
      )
  ),
  -- One row an organization with both of its new lots: the rollover, then the allocation. A debt is
  -- repaid by them in this order. Lists of lots would have to be joined with each other.
  step as materialized (
    select
      due.*,
      case when lot.rollover_credits > 0 then uuidv7() end as rollover_id,
      case when lot.rollover_credits > 0 then uuidv7() end as rollover_transaction_id,
      uuidv7() as allocation_id,
      uuidv7() as allocation_transaction_id,
      lot.rollover_credits,
      lot.allocation_credits,
      least(account.debt_credits, lot.rollover_credits) as rollover_repaid,
      least(
        greatest(account.debt_credits - lot.rollover_credits, 0), lot.allocation_credits
      ) as allocation_repaid,
      account.monthly_credits + account.bonus_credits - account.debt_credits as posted_credits
    from due
    cross join lateral (
      select balance.*
      from public.organization_credit_balances as balance
      where balance.organization_id = due.organization_id
      limit 1
    ) as account
    cross join lateral (
      select
        case
          when due.rollover_limit > 0 then least(
            due.rollover_limit,
            coalesce(
              (
                select sum(old.expired_credits)
                from public.credit_grants as old
                where old.organization_id = due.organization_id
                  and old.source = 'plan'
                  and old.expires_at > due.old_start
                  and old.expires_at <= due.new_start
              ),
              0
            )
          )
          else 0
        end as rollover_credits,
        case
          when due.status in ('unpaid', 'paused', 'canceled') then 0
          else due.monthly_ai_credits
        end as allocation_credits
      -- Without it the planner writes the sum into every place that uses it.
      offset 0
    ) as lot
  ),
  granted as (
    insert into public.credit_grants (
      id, organization_id, source, granted_credits, remaining_credits, repaid_debt_credits,
      priority, effective_at, expires_at, closed_at, transaction_id, created_at
    )
    select
      step.rollover_id, step.organization_id, 'rollover', step.rollover_credits,
      step.rollover_credits - step.rollover_repaid, step.rollover_repaid, 20, step.new_start,
      step.new_end, case when step.rollover_repaid = step.rollover_credits then p_at end,
      step.rollover_transaction_id, p_at
    from step
    where step.rollover_credits > 0
    union all
    select
      step.allocation_id, step.organization_id, 'plan', step.allocation_credits,
      step.allocation_credits - step.allocation_repaid, step.allocation_repaid, 10, step.new_start,
      step.new_end, case when step.allocation_repaid = step.allocation_credits then p_at end,
      step.allocation_transaction_id, p_at
    from step
    where step.allocation_credits > 0
  ),
  recorded as (
    insert into public.credit_transactions
      (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      written.id, written.organization_id, written.type, written.amount_credits,
      written.balance_after_credits, written.grant_id, p_at
    from (
      select
        step.rollover_transaction_id as id, step.organization_id, 1 as place, 'rollover' as type,
        step.rollover_credits as amount_credits,
        step.posted_credits + step.rollover_credits as balance_after_credits,
        step.rollover_id as grant_id
      from step
      where step.rollover_credits > 0
      union all
      select
        step.allocation_transaction_id, step.organization_id, 2, 'plan_allocation',
        step.allocation_credits,
        step.posted_credits + step.rollover_credits + step.allocation_credits, step.allocation_id
      from step
      where step.allocation_credits > 0
    ) as written
    order by written.organization_id, written.place
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits + step.allocation_credits - step.allocation_repaid,
      bonus_credits = balance.bonus_credits + step.rollover_credits - step.rollover_repaid,
      debt_credits = balance.debt_credits - step.rollover_repaid - step.allocation_repaid,
      overdraft_credits = step.overdraft_credits,
      used_credits = 0,
      period_start = step.new_start,
      period_end = step.new_end,
      next_grant_expires_at = case
        when step.rollover_credits - step.rollover_repaid > 0
          or step.allocation_credits - step.allocation_repaid > 0
          then least(balance.next_grant_expires_at, step.new_end)
        else balance.next_grant_expires_at
      end
    from step
    where balance.organization_id = step.organization_id
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
      stripe_subscription_id = case
        when not due.is_change then subscription.stripe_subscription_id
      end,
      period_line_id = null,
      period_granted_credits = due.allocation_credits,
      grace_ends_at = null,
      trial_ends_at = null,
      updated_at = p_at
    from step as due
    where subscription.organization_id = due.organization_id
      and subscription.period_end = due.new_start
    returning subscription.organization_id
  )
  select count(*)::integer from moved
$$;

comment on function private.start_due_periods(uuid[], timestamptz)
  is 'Starts the next period of locked organizations whose period has ended; returns how many.';
