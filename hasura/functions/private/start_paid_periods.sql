/*
 * Applies the paid invoice lines of organizations that wait and can be applied by p_at, in the order of
 * their periods. Called until it returns 0, like start_due_periods. The caller holds the gates.
 *
 * A line that pays for a period begins it, unless that period or a later one of its subscription has
 * begun, or it is over with its grace: then it lapses. An organization whose running period was not
 * paid by this subscription has one already, so there a period without its grace must not be over. A
 * line that changed the plan waits for the line that begins its period. A clock may be off by minutes:
 * so much before its time a period may begin.
 */
create function private.start_paid_periods(p_organization_ids uuid[], p_at timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_next record;
  v_applied integer := 0;
begin
  for v_next in
    select distinct on (line.organization_id)
      line as waiting,
      case
        when line.kind = 'change' then
          case when running.is_paid and line.period_start < subscription.period_end
            and line.period_end > subscription.period_start then 'change' else 'lapse' end
        when running.is_paid and line.period_start <= subscription.period_start then 'lapse'
        when line.period_end + case
          when running.is_paid then make_interval(days => plan.grace_days) else interval '0'
        end <= p_at then 'lapse'
        else 'begin'
      end as step
    from public.billing_invoice_lines as line
    join public.plans as plan on plan.id = line.plan_id
    join public.org_plans as subscription on subscription.organization_id = line.organization_id
    cross join lateral (
      select coalesce(
        (
          select begun.stripe_subscription_id = line.stripe_subscription_id
          from public.billing_invoice_lines as begun
          where begun.organization_id = line.organization_id
            and begun.id = subscription.period_line_id
        ),
        false
      ) as is_paid
    ) as running
    where line.organization_id = any (p_organization_ids)
      and line.status = 'waiting'
      and line.period_start <= p_at + interval '5 minutes'
      and (
        line.kind <> 'change'
        or (running.is_paid and line.period_start < subscription.period_end)
        or line.period_end + make_interval(days => plan.grace_days) <= p_at
      )
    order by line.organization_id, line.kind = 'change', line.period_start, line.id
  loop
    if v_next.step = 'begin' then
      perform private.begin_paid_period(v_next.waiting, p_at);
    elsif v_next.step = 'change' then
      perform private.apply_plan_line(v_next.waiting, p_at);
    else
      perform private.lapse_paid_period(v_next.waiting, p_at);
    end if;
    -- Its payment may have been given back before anybody heard of the line.
    perform private.withdraw_invoice_credits(
      (v_next.waiting).organization_id, (v_next.waiting).invoice_id, p_at
    );
    v_applied := v_applied + 1;
  end loop;
  return v_applied;
end
$$;

comment on function private.start_paid_periods(uuid[], timestamptz)
  is 'Applies waiting invoice lines of locked organizations; returns how many.';
