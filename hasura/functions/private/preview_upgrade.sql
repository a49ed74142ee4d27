/*
 * The plan credits that an upgrade would bring at once, as apply_plan_line would count them if it were
 * paid now; 0 when nothing comes. `share` is the part of the period that is left.
 */
create function private.preview_upgrade(p_organization_id uuid, p_plan_id text)
returns table (share numeric, credits numeric)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    rest.share,
    greatest(
      coalesce(
        private.period_worth(subscription.organization_id, subscription.period_line_id),
        subscription.period_granted_credits
      ) - subscription.period_granted_credits + round(
        (wanted.monthly_ai_credits - running.monthly_ai_credits)
          * case when wanted.upgrade_grant = 'full' then 1 else rest.share end,
        2
      ),
      0
    )
  from public.org_plans as subscription
  join public.plans as running on running.id = subscription.plan_id
  join public.plans as wanted on wanted.id = p_plan_id
  cross join lateral (
    select greatest(
      extract(epoch from subscription.period_end - private.current_time_utc())
        / extract(epoch from subscription.period_end - subscription.period_start),
      0
    ) as share
  ) as rest
  where subscription.organization_id = p_organization_id
$$;

comment on function private.preview_upgrade(uuid, text)
  is 'The plan credits that an upgrade would bring at once.';

grant execute on function private.preview_upgrade(uuid, text) to purser_api;
