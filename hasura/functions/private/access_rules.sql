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
      p_amounts_credits[number.item] as amount_credits,
      subscription.plan_id,
      subscription.is_inactive,
      coalesce(p_quality_level_ids[number.item], chosen.quality_level_id) as asked_level_id
    from generate_series(1, cardinality(p_organization_ids)) as number (item)
    -- Each lookup in a table is a lateral one of one row, here and below: its cost is that of an
    -- index probe, whatever the planner believed about the table when it made the plan.
    left join lateral (
      select
        subscribed.plan_id,
        -- A renewal that is not paid: the time decides, whether or not anybody tells us.
        subscribed.status in ('unpaid', 'paused', 'canceled')
          or coalesce(subscribed.grace_ends_at <= p_at, false) as is_inactive
      from public.org_plans as subscribed
      where subscribed.organization_id = p_organization_ids[number.item]
      limit 1
    ) as subscription on true
    left join lateral (
      select preferred.quality_level_id
      from public.organization_quality_defaults as preferred
      join public.plan_ai_capability_quality_levels as permitted
        on permitted.plan_id = subscription.plan_id
        and permitted.capability_id = preferred.capability_id
        and permitted.quality_level_id = preferred.quality_level_id
      where p_quality_level_ids[number.item] is null
        and preferred.organization_id = p_organization_ids[number.item]
        and preferred.capability_id = p_capability_ids[number.item]
      limit 1
    ) as chosen on true
  ),
  -- Callers of one batch mostly ask the same: the catalogue is read once for each distinct wish.
  offer as materialized (
    select
      wish.plan_id,
      wish.capability_id,
      wish.asked_level_id,
      shown.quality_level_id,
      estimate.estimated_credits,
      served.model_id,
      included.requests_per_minute,
      included.requests_per_hour,
      included.requests_per_day,
      case
        when wish.plan_id is null then 'unknown_organization'
        when capability.id is null then 'unknown_capability'
        when wish.asked_level_id is not null and level.id is null then 'unknown_quality_level'
      end as unknown,
      case
        when included.plan_id is null then 'capability_not_in_plan'
        when not (capability.is_active and included.is_enabled) then 'capability_disabled'
        when allowed.quality_level_id is null or estimate.estimated_credits is null
          then 'quality_level_not_allowed'
      end as denial
    from (
      select distinct request.plan_id, request.capability_id, request.asked_level_id from request
    ) as wish
    left join public.ai_capabilities as capability on capability.id = wish.capability_id
    left join public.quality_levels as level on level.id = wish.asked_level_id
    left join public.plan_ai_capabilities as included
      on included.plan_id = wish.plan_id and included.capability_id = wish.capability_id
    left join lateral (
      select permitted.quality_level_id
      from public.plan_ai_capability_quality_levels as permitted
      join public.quality_levels as ranked on ranked.id = permitted.quality_level_id
      where permitted.plan_id = wish.plan_id
        and permitted.capability_id = wish.capability_id
        and (wish.asked_level_id is null or permitted.quality_level_id = wish.asked_level_id)
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
          where offered.capability_id = wish.capability_id
          order by ranked.rank
          limit 1
        )
      ) as quality_level_id
    ) as shown
    left join lateral (
      select priced.estimated_credits
      from public.ai_capability_quality_levels as priced
      where priced.capability_id = wish.capability_id
        and priced.quality_level_id = shown.quality_level_id
        and priced.effective_from <= p_at
        and (priced.effective_to is null or priced.effective_to > p_at)
      order by priced.effective_from desc
      limit 1
    ) as estimate on true
    left join lateral (
      select model.model_id
      from private.models_in_force(
        wish.plan_id, wish.capability_id, allowed.quality_level_id, p_at
      ) as model
      order by model.preference
      limit 1
    ) as served on true
  ),
  -- Only where there is a limit.
  counted as materialized (
    select limited.organization_id, limited.capability_id, used.*
    from (
      select distinct request.organization_id, request.capability_id, offer.requests_per_day
      from offer
      join request
        on request.plan_id = offer.plan_id
        and request.capability_id = offer.capability_id
        and request.asked_level_id is not distinct from offer.asked_level_id
      where coalesce(
        offer.requests_per_minute, offer.requests_per_hour, offer.requests_per_day
      ) is not null
    ) as limited
    cross join lateral (
      select
        count(*) filter (where made.created_at > p_at - interval '1 minute') as in_minute,
        count(*) filter (where made.created_at > p_at - interval '1 hour') as in_hour,
        count(*) filter (where made.created_at >= date_trunc('day', p_at, 'UTC')) as in_day
      from public.credit_reservations as made
      where made.organization_id = limited.organization_id
        and made.capability_id = limited.capability_id
        and made.status in ('reserved', 'settled')
        and made.id >= private.first_uuid_at(
          case
            when limited.requests_per_day is not null
              then least(date_trunc('day', p_at, 'UTC'), p_at - interval '1 hour')
            else p_at - interval '1 hour'
          end
        )
    ) as used
  )
  select
    request.item,
    request.organization_id,
    request.user_id,
    request.plan_id,
    request.capability_id,
    offer.quality_level_id,
    offer.model_id,
    coalesce(request.amount_credits, offer.estimated_credits),
    offer.estimated_credits,
    offer.requests_per_minute,
    offer.requests_per_hour,
    offer.requests_per_day,
    counted.in_minute,
    counted.in_hour,
    counted.in_day,
    coalesce(
      offer.unknown,
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
      case when request.is_inactive then 'subscription_inactive' end,
      offer.denial
    )
  from request
  join offer
    on offer.plan_id is not distinct from request.plan_id
    and offer.capability_id is not distinct from request.capability_id
    and offer.asked_level_id is not distinct from request.asked_level_id
  left join counted
    on counted.organization_id = request.organization_id
    and counted.capability_id = request.capability_id
$$;

comment on function private.access_rules(uuid[], uuid[], text[], text[], numeric[], timestamptz)
  is 'What the catalogue and the subscription say about requests; one row an item, in no order.';
