/*
 * What plan, capability, level, subscription and catalogue say about requests, one row an item:
 * the level and model that would serve, the amount, the rate limits with what counts against them,
 * what is available, and in `refusal` the first rule that says no. Reads only. The check shows it;
 * the reservation asks it again while it holds the gate, and limits_refusal() adds the rules that
 * depend on the moment.
 *
 * A level of null is the organization's default if the plan allows it, else the lowest allowed.
 * An amount of null is the estimate. Counted against the limits: open and settled reservations.
 * `request_times` are when those were made, newest first.
 * `actor` is the user as known now; `place` finds the balance row while the gate is held.
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
  request_times timestamptz[],
  available_credits numeric,
  place tid,
  actor jsonb,
  has_member_caps boolean,
  allowed_quality_levels text[],
  refusal text
)
language sql
stable
as $$
  -- Callers of one batch mostly ask the same: everything is looked up once for each distinct wish.
  -- Each lookup in a table is a lateral one of one row, here and below: its cost is that of an
  -- index probe, whatever the planner believed about the table when it made the plan.
  select
    request.item,
    request.organization_id,
    request.user_id,
    request.plan_id,
    request.capability_id,
    request.offered_level_id,
    request.model_id,
    coalesce(p_amounts_credits[request.item], request.estimated_credits),
    request.estimated_credits,
    request.minute_limit,
    request.hour_limit,
    request.day_limit,
    request.in_minute,
    request.in_hour,
    request.in_day,
    request.times,
    request.available_credits,
    request.place,
    request.actor,
    request.has_member_caps,
    request.allowed_quality_levels,
    coalesce(
      request.unknown,
      case
        when p_amounts_credits[request.item] is not null
          and not (
            private.is_amount(p_amounts_credits[request.item])
            and p_amounts_credits[request.item] > 0
          ) then 'invalid_amount'
      end,
      request.denial
    )
  from (
    select
      unnest(asked.items) as item,
      asked.organization_id,
      asked.user_id,
      subscription.plan_id,
      asked.capability_id,
      account.available_credits,
      account.place,
      account.has_member_caps,
      member.actor,
      offer.quality_level_id as offered_level_id,
      offer.model_id,
      offer.estimated_credits,
      offer.minute_limit,
      offer.hour_limit,
      offer.day_limit,
      offer.allowed_quality_levels,
      counted.in_minute,
      counted.in_hour,
      counted.in_day,
      counted.times,
      case
        when account.place is null then 'unknown_organization'
        when offer.unknown is not null then offer.unknown
        when asked.user_id is not null and member.user_id is null then 'unknown_user'
      end as unknown,
      case
        when subscription.is_inactive then 'subscription_inactive'
        else offer.denial
      end as denial
    from (
      select
        p_organization_ids[number.item] as organization_id,
        p_user_ids[number.item] as user_id,
        p_capability_ids[number.item] as capability_id,
        p_quality_level_ids[number.item] as quality_level_id,
        array_agg(number.item) as items
      from generate_series(1, cardinality(p_organization_ids)) as number (item)
      group by 1, 2, 3, 4
    ) as asked
    left join lateral (
      select
        subscribed.plan_id,
        -- A renewal that is not paid: the time decides, whether or not anybody tells us.
        subscribed.status in ('unpaid', 'paused', 'canceled')
          or coalesce(subscribed.grace_ends_at <= p_at, false) as is_inactive
      from public.org_plans as subscribed
      where subscribed.organization_id = asked.organization_id
      limit 1
    ) as subscription on true
    left join lateral (
      select
        balance.monthly_credits + balance.bonus_credits - balance.debt_credits
          - balance.reserved_credits as available_credits,
        balance.has_member_caps,
        balance.ctid as place
      from public.organization_credit_balances as balance
      where balance.organization_id = asked.organization_id
      limit 1
    ) as account on true
    left join lateral (
      select joined.user_id, joined.actor
      from auth.members as joined
      where joined.organization_id = asked.organization_id and joined.user_id = asked.user_id
      limit 1
    ) as member on true
    left join lateral (
      select preferred.quality_level_id
      from (
        select written.quality_level_id
        from public.organization_quality_defaults as written
        where asked.quality_level_id is null
          and written.organization_id = asked.organization_id
          -- In this form only the primary key can serve it.
          and written.capability_id is not distinct from asked.capability_id
        limit 1
      ) as preferred
      join public.plan_ai_capability_quality_levels as permitted
        on permitted.plan_id = subscription.plan_id
        and permitted.capability_id = asked.capability_id
        and permitted.quality_level_id = preferred.quality_level_id
      limit 1
    ) as chosen on true
    cross join lateral private.offer_at(
      subscription.plan_id,
      asked.capability_id,
      coalesce(asked.quality_level_id, chosen.quality_level_id),
      p_at
    ) as offer
    cross join lateral private.counted_requests(
      asked.organization_id, asked.capability_id, offer.minute_limit, offer.hour_limit,
      offer.day_limit, p_at
    ) as counted
  ) as request
$$;

comment on function private.access_rules(uuid[], uuid[], text[], text[], numeric[], timestamptz)
  is 'What the catalogue and the subscription say about requests; one row an item, in no order.';
