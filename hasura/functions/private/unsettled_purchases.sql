/*
 * Job: purchases that should be compared with Stripe one by one, the longest unchecked first: whose
 * page has closed without an end, that are under way for an hour, that have a refund or a dispute
 * which is not decided, and those of which more could be withdrawn than was.
 */
create function private.unsettled_purchases(p_limit integer)
returns table (
  organization_id uuid,
  id uuid,
  status text,
  refunded_usd numeric,
  is_paid boolean
)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with clock as materialized (select private.current_time_utc() as at),
  unsettled as (
    select purchase.organization_id, purchase.id
    from public.credit_purchases as purchase
    cross join clock
    where purchase.status in ('open', 'processing')
      and coalesce(purchase.expires_at, purchase.created_at + interval '1 hour') < clock.at
    union
    select refund.organization_id, refund.purchase_id
    from public.billing_refunds as refund
    where refund.purchase_id is not null and refund.status in ('pending', 'requires_action')
    union
    select dispute.organization_id, dispute.purchase_id
    from public.billing_disputes as dispute
    where dispute.purchase_id is not null
      and dispute.status not in ('won', 'lost', 'warning_closed', 'prevented')
    union
    select purchase.organization_id, purchase.id
    from public.credit_purchases as purchase
    join public.credit_grants as lot on lot.id = purchase.grant_id
    join public.org_plans as subscription
      on subscription.organization_id = purchase.organization_id
    join public.plans as plan on plan.id = subscription.plan_id
    where purchase.unrecovered_credits > 0
      and (
        lot.remaining_credits > 0
        -- A debt waits until nothing is held.
        or (purchase.refunded_usd > 0 and plan.refund_policy = 'debt')
        or (purchase.disputed_usd > 0 and plan.dispute_policy = 'debt')
      )
  )
  select
    purchase.organization_id, purchase.id, purchase.status, purchase.refunded_usd,
    purchase.paid_at is not null
  from unsettled
  join public.credit_purchases as purchase
    on purchase.organization_id = unsettled.organization_id and purchase.id = unsettled.id
  order by purchase.checked_at nulls first, purchase.id
  limit p_limit
$$;

comment on function private.unsettled_purchases(integer)
  is 'Job: purchases to compare with Stripe one by one.';

grant execute on function private.unsettled_purchases(integer) to purser_api;
