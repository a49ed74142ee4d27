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
    select requested.*
    from unnest(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits
    ) with ordinality
      as requested (organization_id, user_id, capability_id, quality_level_id, amount_credits, item)
  ),
  -- Callers of one batch mostly ask the same: the catalogue is read once for each distinct wish.
  wish as materialized (
    select
      wished.organization_id,
      wished.capability_id,
      wished.quality_level_id as wished_level_id,
      subscription.plan_id,
      shown.quality_level_id,
      estimate.estimated_credits,
      served.model_id,
      included.requests_per_minute,
      included.requests_per_hour,
      included.requests_per_day,
      counted.in_minute,
      counted.in_hour,
      counted.in_day,
      case
        when subscription.organization_id is null then 'unknown_organization'
        when capability.id is null then 'unknown_capability'
        when wished.quality_level_id is not null and level.id is null then 'unknown_quality_level'
      end as unknown,
      case
        when subscription.status in ('unpaid', 'canceled') then 'subscription_inactive'
        when included.plan_id is null then 'capability_not_in_plan'
        when not (capability.is_active and included.is_enabled) then 'capability_disabled'
        when allowed.quality_level_id is null or estimate.estimated_credits is null
          then 'quality_level_not_allowed'
      end as denial
    from (
      select distinct request.organization_id, request.capability_id, request.quality_level_id
      from request
    ) as wished
    left join public.org_plans as subscription
      on subscription.organization_id = wished.organization_id
    left join public.ai_capabilities as capability on capability.id = wished.capability_id
    left join public.quality_levels as level on level.id = wished.quality_level_id
    left join public.plan_ai_capabilities as included
      on included.plan_id = subscription.plan_id and included.capability_id = wished.capability_id
    left join lateral (
      select permitted.quality_level_id
      from public.plan_ai_capability_quality_levels as permitted
      join public.quality_levels as ranked on ranked.id = permitted.quality_level_id
      left join public.organization_quality_defaults as chosen
        on chosen.organization_id = wished.organization_id
        and chosen.capability_id = wished.capability_id
        and chosen.quality_level_id = permitted.quality_level_id
      where permitted.plan_id = subscription.plan_id
        and permitted.capability_id = wished.capability_id
        and (
          wished.quality_level_id is null or permitted.quality_level_id = wished.quality_level_id
        )
      order by chosen.organization_id is null, ranked.rank
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
          where offered.capability_id = wished.capability_id
          order by ranked.rank
          limit 1
        )
      ) as quality_level_id
    ) as shown
    left join lateral (
      select priced.estimated_credits
      from public.ai_capability_quality_levels as priced
      where priced.capability_id = wished.capability_id
        and priced.quality_level_id = shown.quality_level_id
        and priced.effective_from <= p_at
        and (priced.effective_to is null or priced.effective_to > p_at)
      order by priced.effective_from desc
      limit 1
    ) as estimate on true
    left join lateral (
      select model.model_id
      from private.models_in_force(
        subscription.plan_id, wished.capability_id, allowed.quality_level_id, p_at
      ) as model
      order by model.preference
      limit 1
    ) as served on true
    left join lateral (
      select
        count(*) filter (where made.created_at > p_at - interval '1 minute') as in_minute,
        count(*) filter (where made.created_at > p_at - interval '1 hour') as in_hour,
        count(*) filter (where made.created_at >= date_trunc('day', p_at, 'UTC')) as in_day
      from public.credit_reservations as made
      where made.organization_id = wished.organization_id
        and made.capability_id = wished.capability_id
        and made.status in ('reserved', 'settled')
        and made.id >= private.first_uuid_at(
          case
            when included.requests_per_day is not null
              then least(date_trunc('day', p_at, 'UTC'), p_at - interval '1 hour')
            else p_at - interval '1 hour'
          end
        )
    ) as counted on coalesce(
      included.requests_per_minute, included.requests_per_hour, included.requests_per_day
    ) is not null
  )
  select
    request.item::integer,
    request.organization_id,
    request.user_id,
    wish.plan_id,
    request.capability_id,
    wish.quality_level_id,
    wish.model_id,
    coalesce(request.amount_credits, wish.estimated_credits),
    wish.estimated_credits,
    wish.requests_per_minute,
    wish.requests_per_hour,
    wish.requests_per_day,
    wish.in_minute,
    wish.in_hour,
    wish.in_day,
    coalesce(
      wish.unknown,
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
      wish.denial
    )
  from request
  join wish
    on wish.organization_id is not distinct from request.organization_id
    and wish.capability_id is not distinct from request.capability_id
    and wish.wished_level_id is not distinct from request.quality_level_id
$$;

comment on function private.access_rules(uuid[], uuid[], text[], text[], numeric[], timestamptz)
  is 'What the catalogue and the subscription say about requests; one row an item, in no order.';
