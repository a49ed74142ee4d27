/*
 * Job: automatic purchases that began a minute ago or longer and have not ended, the oldest first:
 * whoever began them may have died before he heard from Stripe.
 */
create function private.unfinished_auto_topups(p_limit integer)
returns table (organization_id uuid, id uuid)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select purchase.organization_id, purchase.id
  from public.credit_purchases as purchase
  where purchase.status in ('open', 'processing')
    and purchase.kind = 'auto_topup'
    and purchase.created_at < private.current_time_utc() - interval '1 minute'
  order by purchase.created_at, purchase.organization_id
  limit p_limit
$$;

comment on function private.unfinished_auto_topups(integer)
  is 'Job: automatic purchases that began and have not ended.';

grant execute on function private.unfinished_auto_topups(integer) to purser_api;
