/*
 * What plan, capability, level, subscription and catalogue say about requests, one row an item:
 * the level and model that would serve, the amount, the rate limits with what counts against them,
 * and in `refusal` the first rule that says no. Reads only. The check shows it; the reservation asks
 * it again while it holds the gate, and limits_refusal() adds the rules that depend on the moment.
 *
 * A level of null is the organization's default if the plan allows it, else the lowest allowed.
 * An amount of null is the estimate. Counted against the limits: open and settled reservations.
 */
create function private.access_rules(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_at timestamptz
)
returns table (
  item integer,
  organization_id uuid,
  user_id uuid,
  plan_id text,
  capability_id text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  estimated_credits numeric,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  minute_used bigint,
  hour_used bigint,
  day_used bigint,
  refusal text
)
language sql
stable
as $$
  with request as materialized (
    select
      number.item,
      p_organization_ids[number.item] as organization_id,
      p_user_ids[number.item] as user_id,
      p_capability_ids[number.item] as capability_id,
      p_quality_level_ids[number.item] as quality_level_id,
      p_amounts_credits[number.item] as amount_credits
    from generate_series(1, cardinality(p_organization_ids)) as number (item)
  ),
  -- Callers of one batch mostly ask the same, so each distinct wish is looked at once, and of those
  -- the catalogue is read once for each plan.
  wish as materialized (
    select
      wished.organization_id,
      wished.capability_id,
      wished.quality_level_id,
      subscription.plan_id,
      subscription.status,
      coalesce(wished.quality_level_id, chosen.quality_level_id) as asked_level_id
    from (
      select distinct request.organization_id, request.capability_id, request.quality_level_id
      from request
    ) as wished
    left join public.org_plans as subscription
      on subscription.organization_id = wished.organization_id
    left join lateral (
      select preferred.quality_level_id
      from public.organization_quality_defaults as preferred
      join public.plan_ai_capability_quality_levels as permitted
        on permitted.plan_id = subscription.plan_id
        and permitted.capability_id = preferred.capability_id
        and permitted.quality_level_id = preferred.quality_level_id
      where wished.quality_level_id is null
        and preferred.organization_id = wished.organization_id
        and preferred.capability_id = wished.capability_id
    ) as chosen on true
  ),
  offer as materialized (
    select
      asked.plan_id,
      asked.capability_id,
      asked.asked_level_id,
      shown.quality_level_id,
      estimate.estimated_credits,
      served.model_id,
      included.requests_per_minute,
      included.requests_per_hour,
      included.requests_per_day,
      case
        when capability.id is null then 'unknown_capability'
        when asked.asked_level_id is not null and level.id is null then 'unknown_quality_level'
      end as unknown,
      case
        when included.plan_id is null then 'capability_not_in_plan'
        when not (capability.is_active and included.is_enabled) then 'capability_disabled'
        when allowed.quality_level_id is null or estimate.estimated_credits is null
          then 'quality_level_not_allowed'
      end as denial
    from (
      select distinct wish.plan_id, wish.capability_id, wish.asked_level_id from wish
    ) as asked
    left join public.ai_capabilities as capability on capability.id = asked.capability_id
    left join public.quality_levels as level on level.id = asked.asked_level_id
    left join public.plan_ai_capabilities as included
      on included.plan_id = asked.plan_id and included.capability_id = asked.capability_id
    left join lateral (
      select permitted.quality_level_id
      from public.plan_ai_capability_quality_levels as permitted
      join public.quality_levels as ranked on ranked.id = permitted.quality_level_id
      where permitted.plan_id = asked.plan_id
        and permitted.capability_id = asked.capability_id
        and (asked.asked_level_id is null or permitted.quality_level_id = asked.asked_level_id)
      order by ranked.rank
      limit 1
    ) as allowed on true
    cross join lateral (
      -- A refusal shows a level too: the one asked for, else the cheapest of the capability.
      select coalesce(
        allowed.quality_level_id,
        level.id,
        (
          select offered.quality_level_id
          from public.ai_capability_quality_levels as offered
          join public.quality_levels as ranked on ranked.id = offered.quality_level_id
          where offered.capability_id = asked.capability_id
          order by ranked.rank
          limit 1
        )
      ) as quality_level_id
    ) as shown
    left join lateral (
      select priced.estimated_credits
      from public.ai_capability_quality_levels as priced
      where priced.capability_id = asked.capability_id
        and priced.quality_level_id = shown.quality_level_id
        and priced.effective_from <= p_at
        and (priced.effective_to is null or priced.effective_to > p_at)
      order by priced.effective_from desc
      limit 1
    ) as estimate on true
    left join lateral (
      select model.model_id
      from private.models_in_force(
        asked.plan_id, asked.capability_id, allowed.quality_level_id, p_at
      ) as model
      order by model.preference
      limit 1
    ) as served on true
  ),
  ruled as materialized (
    select
      wish.organization_id,
      wish.capability_id,
      wish.quality_level_id as wished_level_id,
      wish.plan_id,
      offer.quality_level_id,
      offer.model_id,
      offer.estimated_credits,
      offer.requests_per_minute,
      offer.requests_per_hour,
      offer.requests_per_day,
      counted.in_minute,
      counted.in_hour,
      counted.in_day,
      case
        when wish.plan_id is null then 'unknown_organization'
        else offer.unknown
      end as unknown,
      case
        when wish.status in ('unpaid', 'canceled') then 'subscription_inactive'
        else offer.denial
      end as denial
    from wish
    -- Nulls are written as values that no column can have: equality can be hashed.
    join offer
      on coalesce(offer.plan_id, '') = coalesce(wish.plan_id, '')
      and coalesce(offer.capability_id, '') = coalesce(wish.capability_id, '')
      and coalesce(offer.asked_level_id, '') = coalesce(wish.asked_level_id, '')
    left join lateral (
      select
        count(*) filter (where made.created_at > p_at - interval '1 minute') as in_minute,
        count(*) filter (where made.created_at > p_at - interval '1 hour') as in_hour,
        count(*) filter (where made.created_at >= date_trunc('day', p_at, 'UTC')) as in_day
      from public.credit_reservations as made
      -- Without a limit nothing is counted; as a condition here it is tested before the scan.
      where coalesce(
          offer.requests_per_minute, offer.requests_per_hour, offer.requests_per_day
        ) is not null
        and made.organization_id = wish.organization_id
        and made.capability_id = wish.capability_id
        and made.status in ('reserved', 'settled')
        and made.id >= private.first_uuid_at(
          case
            when offer.requests_per_day is not null
              then least(date_trunc('day', p_at, 'UTC'), p_at - interval '1 hour')
            else p_at - interval '1 hour'
          end
        )
    ) as counted on true
  )
  select
    request.item,
    request.organization_id,
    request.user_id,
    ruled.plan_id,
    request.capability_id,
    ruled.quality_level_id,
    ruled.model_id,
    coalesce(request.amount_credits, ruled.estimated_credits),
    ruled.estimated_credits,
    ruled.requests_per_minute,
    ruled.requests_per_hour,
    ruled.requests_per_day,
    ruled.in_minute,
    ruled.in_hour,
    ruled.in_day,
    coalesce(
      ruled.unknown,
      case
        when request.user_id is not null and not exists (
          select
          from auth.members as member
          where member.organization_id = request.organization_id
            and member.user_id = request.user_id
        ) then 'unknown_user'
        when request.amount_credits is not null
          and not (private.is_amount(request.amount_credits) and request.amount_credits > 0)
          then 'invalid_amount'
      end,
      ruled.denial
    )
  from request
  join ruled
    on coalesce(ruled.organization_id, '00000000-0000-0000-0000-000000000000')
      = coalesce(request.organization_id, '00000000-0000-0000-0000-000000000000')
    and coalesce(ruled.capability_id, '') = coalesce(request.capability_id, '')
    and coalesce(ruled.wished_level_id, '') = coalesce(request.quality_level_id, '')
$$;

comment on function private.access_rules(uuid[], uuid[], text[], text[], numeric[], timestamptz)
  is 'What the catalogue and the subscription say about requests; one row an item, in no order.';
