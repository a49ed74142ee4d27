/*
 * Job: credits on account whose invoice item waits for an invoice that will not come, because their
 * subscription has ended (or another one has begun); each once an hour, the oldest first.
 */
create function private.uncollected_purchases(p_limit integer)
returns table (organization_id uuid, id uuid)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select purchase.organization_id, purchase.id
  from public.credit_purchases as purchase
  join public.org_plans as subscription
    on subscription.organization_id = purchase.organization_id
  where purchase.status = 'processing'
    and purchase.kind = 'pay_as_you_go'
    and purchase.stripe_invoice_item_id is not null
    and (
      subscription.stripe_subscription_id is null
      -- As credits_on_account counts what is owed.
      or purchase.created_at < subscription.period_start - interval '3 days'
    )
    and coalesce(
      purchase.checked_at < private.current_time_utc() - interval '1 hour', true
    )
  order by purchase.created_at, purchase.organization_id
  limit p_limit
$$;

comment on function private.uncollected_purchases(integer)
  is 'Job: credits on account for which no invoice will come.';

grant execute on function private.uncollected_purchases(integer) to purser_api;
