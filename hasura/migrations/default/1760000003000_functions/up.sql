-- Generated from hasura/functions by `npx tsx hasura/local/src/functions/write-migration.ts`.
-- Edit the sources there, not this file.
set local check_function_bodies = off;

-- private/access_rules.sql
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

-- private/actor_of_user.sql
/* A user as the rows name him that he caused: id, name and e-mail address as they are now. */
create function private.actor_of_user(p_user_id uuid)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object('user_id', person.id, 'name', person.name, 'email', person.email)
  from auth.users as person
  where person.id = p_user_id
$$;

comment on function private.actor_of_user(uuid) is 'A user as the rows name him that he caused.';

-- private/add_grant.sql
/*
 * Adds a lot of credits with its ledger row. A debt is repaid first, out of the new credits. The
 * caller holds the gate and has validated. Returns the ids of the grant and of its ledger row.
 */
create function private.add_grant(
  p_organization_id uuid,
  p_source text,
  p_type text,
  p_amount_credits numeric,
  p_priority integer,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text,
  p_request_fingerprint bytea,
  p_at timestamptz,
  p_payment_metadata jsonb default null,
  out grant_id uuid,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.*
  into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  v_repaid_credits := least(v_balance.debt_credits, p_amount_credits);
  v_kept_credits := p_amount_credits - v_repaid_credits;
  transaction_id := uuidv7();

  insert into public.credit_grants (
    organization_id, source, granted_credits, remaining_credits, repaid_debt_credits, priority,
    effective_at, expires_at, closed_at, idempotency_key, request_fingerprint, reason, actor,
    transaction_id, created_at
  )
  values (
    p_organization_id, p_source, p_amount_credits, v_kept_credits, v_repaid_credits, p_priority,
    p_at, p_expires_at, case when v_kept_credits = 0 then p_at end, p_idempotency_key,
    p_request_fingerprint, left(p_reason, 500), p_actor, transaction_id, p_at
  )
  returning id into grant_id;

  insert into public.credit_transactions (
    id, organization_id, type, amount_credits, balance_after_credits, grant_id, actor,
    description, payment_metadata, event_at
  )
  values (
    transaction_id, p_organization_id, p_type, p_amount_credits,
    v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits
      + p_amount_credits,
    grant_id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
  );

  update public.organization_credit_balances as balance
  set
    monthly_credits = balance.monthly_credits
      + case when p_source = 'plan' then v_kept_credits else 0 end,
    bonus_credits = balance.bonus_credits
      + case when p_source = 'plan' then 0 else v_kept_credits end,
    debt_credits = balance.debt_credits - v_repaid_credits,
    next_grant_expires_at = case
      when v_kept_credits > 0 then least(balance.next_grant_expires_at, p_expires_at)
      else balance.next_grant_expires_at
    end
  where balance.organization_id = p_organization_id;
end
$$;

comment on function private.add_grant(
  uuid, text, text, numeric, integer, timestamptz, jsonb, text, text, bytea, timestamptz, jsonb
) is 'Adds a lot of credits with its ledger row; repays debt first.';

-- private/add_purchase_grant.sql
/*
 * The credits of a purchase as a grant, with what is known about the payment in the ledger. The key
 * of the grant is the purchase's: a second grant for it would break its uniqueness. The caller holds
 * the gate.
 */
create function private.add_purchase_grant(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz,
  out grant_id uuid,
  out transaction_id uuid
)
language sql
volatile
as $$
  select added.grant_id, added.transaction_id
  from private.add_grant(
    p_purchase.organization_id, 'topup', 'topup_purchase', p_purchase.credits, 50, 'infinity',
    coalesce(p_purchase.actor, '{"kind": "stripe"}'),
    format(
      case p_purchase.kind
        when 'checkout' then '%s credits bought'
        when 'auto_topup' then '%s credits bought automatically'
        else '%s credits on account'
      end,
      rtrim(to_char(p_purchase.credits, 'FM999,999,999,990.99'), '.')
    ),
    'credit_purchase ' || p_purchase.id,
    sha256(convert_to('credit_purchase ' || p_purchase.id, 'UTF8')), p_at,
    jsonb_strip_nulls(jsonb_build_object(
      'purchase_id', p_purchase.id,
      'kind', p_purchase.kind,
      'package_id', p_purchase.package_id,
      'amount_usd', p_purchase.price_usd,
      'currency', p_purchase.currency,
      'checkout_session_id', coalesce(
        p_purchase.stripe_checkout_session_id, p_state ->> 'checkout_session_id'
      ),
      'payment_intent_id', p_state ->> 'payment_intent_id',
      'charge_id', p_state ->> 'charge_id'
    ))
  ) as added
$$;

comment on function private.add_purchase_grant(public.credit_purchases, jsonb, timestamptz)
  is 'The credits of a purchase as a grant, with the payment in the ledger.';

-- private/add_usage.sql
/*
 * Counts one use for a caller that holds the gate and prevents repetition itself, as sessions do.
 * p_at is the time that the gate told, p_event_at when it happened: it counts in that day and billing
 * period, and is judged by that period's limits. p_force records it whatever they say.
 *
 * Outcomes: recorded, quota_exceeded, member_cap_exceeded, below_zero, user_required, and
 * unknown_meter (or switched off), unknown_organization, invalid_amount. remaining_amount is what the
 * closest limit leaves, null when there is none; decision is that of consume_quota.
 */
create function private.add_usage(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_amount numeric,
  p_at timestamptz,
  p_event_at timestamptz,
  p_metadata jsonb,
  p_force boolean
)
returns table (outcome text, usage_id uuid, remaining_amount numeric, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_entries private.usage_entry[];
begin
  select array[
    row(
      1, p_organization_id, p_user_id, p_meter_id, meter.kind, p_amount, 'session', p_event_at,
      date.day, date.period_start, date.period_end, span.period_start, span.period_end,
      null::uuid, null::text, null::bytea, p_metadata, uuidv7(),
      case
        when meter.id is null then 'unknown_meter'
        when private.is_usage_amount(p_amount) is not true
          or (meter.kind = 'flow' and p_amount < 0) then 'invalid_amount'
      end,
      null::jsonb
    )::private.usage_entry
  ]
  into v_entries
  from public.org_plans as subscription
  left join public.meters as meter on meter.id = p_meter_id and meter.is_active
  cross join lateral private.quota_period('month', p_meter_id, p_event_at, subscription) as span
  cross join lateral private.quota_period('day', p_meter_id, p_event_at, subscription) as date
  where subscription.organization_id = p_organization_id;
  if not found then
    outcome := 'unknown_organization';
    return next;
    return;
  end if;

  v_entries := private.decide_usage(v_entries, p_force);
  perform private.write_usage(v_entries, p_at);
  perform private.note_over_limits(v_entries, p_at);
  outcome := v_entries[1].outcome;
  usage_id := case when outcome = 'recorded' then v_entries[1].id end;
  decision := v_entries[1].decision;
  remaining_amount := (decision ->> 'remaining')::numeric;
  return next;
end
$$;

comment on function private.add_usage(
  uuid, uuid, text, numeric, timestamptz, timestamptz, jsonb, boolean
) is 'Counts one use of a meter for a caller that holds the gate.';

-- private/adjust_plan_credits.sql
/*
 * Brings what the plan has given for the running period to p_target_credits: grants what is missing,
 * or takes back what is too much, as far as it is unused and no open hold needs it. It counts what was
 * really given and taken, so that plans changed back and forth give, net, never more than the best of
 * them: credits that were spent on a better plan are not given again. The caller holds the gate.
 * Returns what came (positive) or went, and the ledger row of what came.
 */
create function private.adjust_plan_credits(
  p_organization_id uuid,
  p_target_credits numeric,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz,
  p_payment_metadata jsonb default null,
  out adjusted_credits numeric,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_difference_credits numeric;
begin
  select p_target_credits - subscription.period_granted_credits
  into strict v_difference_credits
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;

  adjusted_credits := 0;
  if v_difference_credits > 0 and p_expires_at > p_at then
    select added.transaction_id
    into transaction_id
    from private.add_grant(
      p_organization_id, 'plan', 'plan_change_adjustment', v_difference_credits, 10, p_expires_at,
      p_actor, p_reason, null, null, p_at, p_payment_metadata
    ) as added;
    adjusted_credits := v_difference_credits;
  elsif v_difference_credits < 0 then
    adjusted_credits := -private.take_plan_credits(
      p_organization_id, -v_difference_credits, p_actor, p_reason, p_at
    );
  end if;

  update public.org_plans as subscription
  set period_granted_credits = subscription.period_granted_credits + adjusted_credits
  where subscription.organization_id = p_organization_id and adjusted_credits <> 0;
end
$$;

comment on function private.adjust_plan_credits(
  uuid, numeric, timestamptz, jsonb, text, timestamptz, jsonb
) is 'Brings what the plan has given for the period to a target; takes back only what is unused.';

-- private/admit_to_realtime.sql
/*
 * Admits a running session to the voice service for the next moments: a sign of life like a
 * heartbeat, and how long the token may be valid, which is never longer than the lease or a minute.
 * At most ten in a minute.
 *
 * Gate: the balance row (lock_for_session). Outcomes: admitted, ended, rate_limited, session_not_found.
 */
create function private.admit_to_realtime(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid
)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_window constant interval := interval '1 minute';
  v_tokens_in_window constant integer := 10;
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
  v_answer private.session_answer;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  end if;
  if v_session.token_window_start + v_window <= v_at then
    v_session.token_window_start := v_at;
    v_session.tokens_in_window := 0;
  end if;
  if v_session.tokens_in_window >= v_tokens_in_window then
    v_session := private.move_session(v_session, v_at, false, null);
    v_answer := private.session_answer('rate_limited', v_session, v_at);
    v_answer.retry_after_seconds := greatest(
      extract(epoch from v_session.token_window_start + v_window - v_at), 1
    );
    return v_answer;
  end if;

  v_session := private.move_session(v_session, v_at, true, null);
  v_answer := private.session_answer(v_session.status, v_session, v_at);
  if v_session.status = 'active' then
    update private.metered_sessions as session
    set
      token_window_start = v_session.token_window_start,
      tokens_in_window = v_session.tokens_in_window + 1
    where session.organization_id = p_organization_id and session.id = p_session_id;
    v_answer.outcome := 'admitted';
    v_answer.token_expires_at := least(v_session.lease_expires_at, v_at + v_window);
  end if;
  return v_answer;
end
$$;

comment on function private.admit_to_realtime(uuid, uuid, uuid)
  is 'Admits a running session to the voice service for at most a minute.';

grant execute on function private.admit_to_realtime(uuid, uuid, uuid) to purser_api;

-- private/allowed_quality_levels.sql
/* Levels that a plan allows for a capability, cheapest first; empty when it has none. */
create function private.allowed_quality_levels(p_plan_id text, p_capability_id text)
returns text[]
language sql
stable
parallel safe
as $$
  select coalesce(array_agg(level.id order by level.rank), '{}')
  from public.plan_ai_capability_quality_levels as allowed
  join public.quality_levels as level on level.id = allowed.quality_level_id
  where allowed.plan_id = p_plan_id and allowed.capability_id = p_capability_id
$$;

comment on function private.allowed_quality_levels(text, text)
  is 'Levels that a plan allows for a capability, cheapest first.';

-- private/apply_paid_invoice_line.sql
/*
 * Applies a paid invoice line of a subscription, once: the key is the line. What it does to plan and
 * credits depends on its own period and on the lines that came before, not on when or how often it
 * comes: a line for a later period waits in the table until that begins, one for a period that is over
 * is recorded and its credits expire at once (see start_paid_periods). Gate: the balance row.
 *
 * Outcomes: applied, waiting, lapsed, unknown_organization, unknown_plan, invalid_period,
 * other_subscription (the organization has another one; nothing is recorded). A replay answers what
 * became of the line, with `replayed`.
 */
create function private.apply_paid_invoice_line(
  p_organization_id uuid,
  p_line_id text,
  p_invoice_id text,
  p_subscription_id text,
  p_plan_id text,
  p_kind text,
  p_period_start timestamptz,
  p_period_end timestamptz,
  p_amount_usd numeric
)
returns table (
  outcome text,
  replayed boolean,
  granted_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_organization public.org_plans;
begin
  select subscription.* into v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  replayed := exists (
    select
    from public.billing_invoice_lines as line
    where line.organization_id = p_organization_id and line.id = p_line_id
  );
  outcome := case
    when v_organization.organization_id is null then 'unknown_organization'
    when replayed then 'replayed'
    when not exists (select from public.plans as plan where plan.id = p_plan_id)
      then 'unknown_plan'
    when p_period_end <= p_period_start then 'invalid_period'
    when v_organization.stripe_subscription_id <> p_subscription_id then 'other_subscription'
  end;

  if outcome is null then
    insert into public.billing_invoice_lines (
      organization_id, id, invoice_id, stripe_subscription_id, plan_id, kind, period_start,
      period_end, amount_usd, status, created_at
    )
    values (
      p_organization_id, p_line_id, p_invoice_id, p_subscription_id, p_plan_id, p_kind,
      p_period_start, p_period_end, p_amount_usd, 'waiting', v_at
    );
    while private.start_paid_periods(array[p_organization_id], v_at) > 0 loop
      null;
    end loop;
  end if;
  granted_credits := 0;
  if outcome is null or replayed then
    select line.status, line.granted_credits
    into outcome, granted_credits
    from public.billing_invoice_lines as line
    where line.organization_id = p_organization_id and line.id = p_line_id;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.apply_paid_invoice_line(
  uuid, text, text, text, text, text, timestamptz, timestamptz, numeric
) is 'Applies a paid invoice line of a subscription, once.';

grant execute on function private.apply_paid_invoice_line(
  uuid, text, text, text, text, text, timestamptz, timestamptz, numeric
) to purser_api;

-- private/apply_plan_line.sql
/*
 * Applies an invoice line that paid for the rest of the running period on another plan. Of all such
 * lines of the period the one that begins last says which plan it is, whatever the order in which they
 * come, and the credits are brought to what they are worth together. The caller holds the gate.
 */
create function private.apply_plan_line(
  p_line public.billing_invoice_lines,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization public.org_plans;
  v_plan public.plans;
  v_adjustment record;
begin
  select subscription.* into strict v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  update public.billing_invoice_lines as line
  set status = 'applied', period_line_id = v_organization.period_line_id, applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;

  select plan.* into strict v_plan
  from public.billing_invoice_lines as latest
  join public.plans as plan on plan.id = latest.plan_id
  where latest.organization_id = p_line.organization_id
    and latest.period_line_id = v_organization.period_line_id
    and latest.kind = 'change'
  order by latest.period_start desc, latest.created_at desc, latest.id desc
  limit 1;
  if v_plan.id <> v_organization.plan_id then
    perform private.put_on_plan(p_line.organization_id, v_plan, p_at);
    update public.org_plans as subscription
    set grace_ends_at = subscription.period_end + make_interval(days => v_plan.grace_days)
    where subscription.organization_id = p_line.organization_id
      and subscription.stripe_subscription_id is not null
    returning subscription.grace_ends_at into v_organization.grace_ends_at;
  end if;

  v_adjustment := private.adjust_plan_credits(
    p_line.organization_id,
    private.period_worth(p_line.organization_id, v_organization.period_line_id),
    coalesce(v_organization.grace_ends_at, v_organization.period_end),
    null, private.line_description(p_line), p_at, private.line_payment(p_line)
  );
  update public.billing_invoice_lines as line
  set
    granted_credits = v_adjustment.adjusted_credits,
    transaction_id = v_adjustment.transaction_id
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.apply_plan_line(public.billing_invoice_lines, timestamptz)
  is 'Applies a line that paid for the rest of the running period on another plan.';

-- private/apply_releases.sql
/*
 * Closes reservations whose work failed and answers every item. Only the first item that names an
 * open reservation releases it. The caller holds the gate.
 */
create function private.apply_releases(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_reasons text[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  released_credits numeric,
  available_credits numeric,
  replayed boolean
)
language sql
volatile
as $$
  with request as materialized (
    select
      asked.*,
      row_number() over (
        partition by asked.organization_id, asked.reservation_id order by asked.item
      ) as turn
    from unnest(p_organization_ids, p_reservation_ids, p_reasons) with ordinality
      as asked (organization_id, reservation_id, reason, item)
  ),
  released as (
    update private.credit_holds as hold
    set
      ended_as = 'released',
      released_credits = hold.amount_credits,
      release_reason = left(request.reason, 500),
      closed_at = p_at
    from request
    where hold.organization_id = request.organization_id
      and hold.id = request.reservation_id
      and hold.ended_as is null
      and not exists (
        select from public.credit_transactions as charge where charge.id = hold.id
      )
      and request.turn = 1
    returning hold.organization_id, hold.id, hold.amount_credits, request.item
  ),
  counted as (
    update public.organization_credit_balances as balance
    set reserved_credits = balance.reserved_credits - total.amount_credits
    from (
      select released.organization_id, sum(released.amount_credits) as amount_credits
      from released
      group by released.organization_id
    ) as total
    where balance.organization_id = total.organization_id
  )
  select
    request.item::integer,
    case
      when released.id is not null then 'released'
      when hold.id is null then 'reservation_not_found'
      when hold.status in ('reserved', 'released') then 'replayed'
      else 'reservation_not_open'
    end,
    request.reservation_id,
    -- The snapshot of this statement still shows what it releases itself as reserved.
    case when hold.status = 'reserved' then 'released' else hold.status end,
    case
      when hold.status in ('reserved', 'released') then hold.amount_credits
      else 0
    end,
    coalesce(
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits
        - balance.reserved_credits,
      0
    ) + coalesce(
      sum(released.amount_credits) over (
        partition by request.organization_id order by request.item rows unbounded preceding
      ),
      0
    ),
    released.id is null and hold.status in ('reserved', 'released')
  from request
  left join public.credit_reservations as hold
    on hold.organization_id = request.organization_id and hold.id = request.reservation_id
  left join released on released.item = request.item
  left join public.organization_credit_balances as balance
    on balance.organization_id = request.organization_id
  order by request.item
$$;

comment on function private.apply_releases(uuid[], uuid[], text[], timestamptz)
  is 'Closes reservations without a charge and answers all items.';

-- private/apply_reservations.sql
/*
 * Writes the accepted items of a batch, counts them on the balances, and answers every item. The
 * caller holds the gate and has decided; an outcome of null is an item that nothing spoke against.
 */
create function private.apply_reservations(
  p_candidates private.reservation_candidate[],
  p_contexts jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer
)
language sql
volatile
as $$
  with decided as materialized (
    select
      candidate.*,
      coalesce(candidate.outcome, 'reserved') as decision,
      coalesce(candidate.outcome, 'reserved') in ('reserved', 'replayed') as is_accepted
    from unnest(p_candidates) as candidate
  ),
  stored as (
    insert into private.credit_holds (
      organization_id, id, user_id, capability_id, quality_level_id, model_id, amount_credits,
      idempotency_key, request_fingerprint, context, actor, expires_at, created_at
    )
    select
      decided.organization_id, decided.reservation_id, decided.user_id, decided.capability_id,
      decided.quality_level_id, decided.model_id, decided.amount_credits, decided.idempotency_key,
      decided.request_fingerprint, p_contexts[decided.item], decided.actor, decided.expires_at, p_at
    from decided
    where decided.decision = 'reserved'
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits + total.amount_credits,
      next_hold_expires_at = least(balance.next_hold_expires_at, total.first_expiry)
    from (
      select
        decided.place,
        sum(decided.amount_credits) as amount_credits,
        min(decided.expires_at) as first_expiry
      from decided
      where decided.decision = 'reserved'
      group by decided.place
    ) as total
    where balance.ctid = total.place
  )
  select
    decided.item,
    decided.decision,
    case when decided.is_accepted then decided.reservation_id end,
    case when decided.is_accepted then decided.status end,
    decided.quality_level_id,
    decided.model_id,
    decided.amount_credits,
    coalesce(decided.available_credits, 0) - coalesce(
      sum(decided.amount_credits) filter (where decided.decision = 'reserved') over (
        partition by decided.organization_id
        order by decided.item
        rows unbounded preceding
      ),
      0
    ),
    decided.amount_credits,
    case when decided.is_accepted then decided.expires_at end,
    decided.decision = 'replayed',
    case
      when decided.decision = 'quality_level_not_allowed'
        then private.allowed_quality_levels(decided.plan_id, decided.capability_id)
    end,
    case
      when decided.decision = 'quality_level_not_allowed'
        then private.unlocking_plan(decided.capability_id, decided.quality_level_id)
      when decided.decision in ('capability_not_in_plan', 'capability_disabled')
        then private.unlocking_plan(decided.capability_id, null)
    end,
    decided.retry_after_seconds
  from decided
  order by decided.item
$$;

comment on function private.apply_reservations(
  private.reservation_candidate[], jsonb[], timestamptz
) is 'Writes the accepted items of a reservation batch and answers all.';

-- private/apply_settlements.sql
/*
 * Decides and writes a batch of settlements and answers all items. The caller holds the gate.
 * For most organizations every cost is within its hold and no reservation comes twice: then order
 * does not matter. For the others decide_settlements() goes through their items one after the other.
 */
create function private.apply_settlements(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_plain private.settlement_candidate[];
  v_odd private.settlement_candidate[];
begin
  select
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where judged.is_plain),
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where not judged.is_plain)
  into v_plain, v_odd
  from (
    select
      alone.*,
      bool_and(alone.is_alone_plain) over (partition by alone.organization_id) as is_plain
    from (
      select
        candidate,
        candidate.organization_id,
        candidate.item,
        count(*) over (partition by candidate.organization_id, candidate.reservation_id) = 1
        and (
          candidate.outcome is not null
          or (
            candidate.status = 'reserved' and candidate.actual_credits <= candidate.held_credits
          )
        ) as is_alone_plain
      from private.settlement_candidates(
        p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
        p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
        p_at
      ) as candidate
    ) as alone
  ) as judged;

  return query
  select *
  from private.store_settlements(
    v_plain || private.decide_settlements(v_odd), p_models, p_input_tokens, p_cached_input_tokens,
    p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources, p_outputs, p_at
  );
end
$$;

comment on function private.apply_settlements(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  timestamptz
) is 'Decides and writes a batch of settlements and answers all items.';

-- private/apply_stripe_purchase.sql
/*
 * Makes a purchase what Stripe says it is: paid, under way, failed or expired, refunded, disputed.
 * The one function through which the money of purchases becomes credits and back; it looks at the
 * whole state and not at events, so it may be called in any order, twice and late. The credits are
 * granted once, by the purchase's own row; what is withdrawn is a difference to what was before.
 *
 * p_version is what the caller read before it asked Stripe: if somebody has applied something since,
 * the caller's news may be the older one, and it must ask again (stale). Gate: the balance row.
 *
 * p_state: payment (open, processing, paid, failed, expired), payment_intent_id, charge_id,
 * checkout_session_id, receipt_url, amount_usd, currency, failure_reason, paid_at, refunds and
 * disputes (as record_stripe_refunds and record_stripe_disputes read them); of credits on account,
 * invoice_id: the invoice that collects them, whose refunds and disputes are theirs in proportion.
 *
 * Outcomes: applied, stale, unknown_purchase, amount_mismatch (Stripe has another sum or currency:
 * nothing is granted, somebody must look).
 */
create function private.apply_stripe_purchase(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_version integer,
  p_state jsonb
)
returns table (
  outcome text,
  status text,
  granted_credits numeric,
  withdrawn_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_payment text := p_state ->> 'payment';
  v_purchase public.credit_purchases;
begin
  select purchase.* into v_purchase
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id
  for no key update;
  outcome := case
    when v_purchase.id is null then 'unknown_purchase'
    when v_purchase.version <> p_version then 'stale'
    when v_payment = 'paid' and v_purchase.paid_at is null and (
      (p_state ->> 'amount_usd')::numeric = v_purchase.price_usd
      and p_state ->> 'currency' = v_purchase.currency
    ) is not true then 'amount_mismatch'
    else 'applied'
  end;

  if outcome = 'applied' then
    granted_credits := private.grant_purchase(v_purchase, p_state, v_at);
    withdrawn_credits := private.withdraw_purchase(p_organization_id, p_purchase_id, p_state, v_at);
    update public.credit_purchases as purchase
    set
      status = case
        when purchase.paid_at is null and v_payment not in ('paid', 'open') then v_payment
        else purchase.status
      end,
      failure_reason = case
        when purchase.paid_at is null and v_payment in ('failed', 'expired')
          -- The first reason is the cause; what follows, as that it was canceled, is not.
          then coalesce(purchase.failure_reason, left(p_state ->> 'failure_reason', 500))
      end,
      closed_at = case
        when purchase.paid_at is null and v_payment in ('failed', 'expired')
          then coalesce(purchase.closed_at, v_at)
      end,
      checkout_url = case when v_payment = 'open' then purchase.checkout_url end,
      stripe_checkout_session_id = coalesce(
        purchase.stripe_checkout_session_id, p_state ->> 'checkout_session_id'
      ),
      stripe_payment_intent_id = coalesce(
        p_state ->> 'payment_intent_id', purchase.stripe_payment_intent_id
      ),
      stripe_charge_id = coalesce(p_state ->> 'charge_id', purchase.stripe_charge_id),
      receipt_url = coalesce(p_state ->> 'receipt_url', purchase.receipt_url),
      version = purchase.version + 1,
      checked_at = v_at
    where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id
    returning purchase.status into status;
    -- A card that was declined is not tried again until somebody has looked after it.
    if v_purchase.kind = 'auto_topup' and status = 'failed' and v_purchase.status <> 'failed' then
      update public.billing_settings as setting
      set
        auto_topup_stopped_reason = left(
          coalesce(p_state ->> 'failure_reason', 'The payment failed.'), 500
        ),
        updated_at = v_at
      where setting.organization_id = p_organization_id and setting.auto_topup_enabled;
    end if;
  else
    status := v_purchase.status;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.apply_stripe_purchase(uuid, uuid, integer, jsonb)
  is 'Makes a purchase what Stripe says it is, with its credits.';

grant execute on function private.apply_stripe_purchase(uuid, uuid, integer, jsonb) to purser_api;

-- private/archive_usage_periods.sql
/*
 * Closes the periods of users that are over, at most p_limit, of organizations whose gate is free.
 * Not before every session that was running when the period ended has been counted.
 */
create function private.archive_usage_periods(p_at timestamptz, p_limit integer)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_archived integer;
begin
  with due as materialized (
    select period.organization_id, period.user_id, period.period_start
    from public.usage_periods as period
    where period.archived_at is null
      and period.period_end <= p_at
      and not exists (
        select
        from private.metered_sessions as session
        where session.organization_id = period.organization_id
          and session.user_id = period.user_id
          and session.status = 'active'
          and session.last_heartbeat_at < period.period_end
      )
    order by period.period_end, period.organization_id
    limit p_limit
  ),
  locked as materialized (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id in (select due.organization_id from due)
    order by balance.organization_id
    for no key update skip locked
  )
  update public.usage_periods as period
  set archived_at = p_at
  from due
  join locked on locked.organization_id = due.organization_id
  where period.organization_id = due.organization_id
    and period.user_id = due.user_id
    and period.period_start = due.period_start
    and period.archived_at is null;
  get diagnostics v_archived = row_count;
  return v_archived;
end
$$;

comment on function private.archive_usage_periods(timestamptz, integer)
  is 'Closes the periods of users that are over.';

-- private/attach_checkout.sql
/*
 * Writes the payment page of an attempt to its purchase, or, p_session_id null, that the page could
 * not be opened: then the purchase has failed, and the same request may try anew. Compare-and-set on
 * the attempt. Answers the purchase as it stands, whoever was first; no row: there is none.
 */
create function private.attach_checkout(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_attempt integer,
  p_session_id text,
  p_url text,
  p_failure_reason text
)
returns setof public.credit_purchases
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
begin
  update public.credit_purchases as purchase
  set
    stripe_checkout_session_id = p_session_id,
    checkout_url = p_url,
    status = case when p_session_id is null then 'failed' else purchase.status end,
    failure_reason = left(p_failure_reason, 500),
    closed_at = case when p_session_id is null then v_at end,
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.checkout_attempts = p_attempt
    and purchase.status = 'open'
    and purchase.stripe_checkout_session_id is null;
  return query
  select purchase.*
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
end
$$;

comment on function private.attach_checkout(uuid, uuid, integer, text, text, text)
  is 'Writes the payment page of a purchase, or that it could not be opened.';

grant execute on function private.attach_checkout(uuid, uuid, integer, text, text, text)
  to purser_api;

-- private/attach_invoice_item.sql
/*
 * Writes the invoice item by which credits on account will be paid, once. Answers the one that
 * stands; null: there is no such purchase.
 */
create function private.attach_invoice_item(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_item_id text
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice_item_id text;
begin
  perform private.lock_balances(array[p_organization_id]);
  update public.credit_purchases as purchase
  set
    stripe_invoice_item_id = coalesce(purchase.stripe_invoice_item_id, p_invoice_item_id),
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.kind = 'pay_as_you_go'
  returning purchase.stripe_invoice_item_id into v_invoice_item_id;
  return v_invoice_item_id;
end
$$;

comment on function private.attach_invoice_item(uuid, uuid, text)
  is 'Writes the invoice item of credits on account, once.';

grant execute on function private.attach_invoice_item(uuid, uuid, text) to purser_api;

-- private/begin_paid_period.sql
/*
 * Begins the period that an invoice line paid for: what is left of the old period expires, what the
 * plans allow rolls over, and the month's credits are granted; a trial grants its own credits, once an
 * organization. A billed organization has one subscription: the line's becomes it.
 *
 * Nothing is taken before its time: credits of a period that another subscription paid for stay until
 * that period ends. New credits begin to count now, however late the payment came, so what was used
 * since the period's first moment was used from the old ones. The caller holds the gate.
 */
create function private.begin_paid_period(
  p_line public.billing_invoice_lines,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old public.org_plans;
  v_old_line public.billing_invoice_lines;
  v_plan public.plans;
  v_is_trial boolean := p_line.kind = 'trial';
  v_grace_ends_at timestamptz;
  v_counts_from timestamptz := case
    when p_at < p_line.period_end then p_at else p_line.period_start
  end;
  v_credits numeric;
  v_rollover_credits numeric := 0;
  v_transaction_id uuid;
begin
  select subscription.* into strict v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  select earlier.* into v_old_line
  from public.billing_invoice_lines as earlier
  where earlier.organization_id = v_old.organization_id and earlier.id = v_old.period_line_id;
  select plan.* into strict v_plan from public.plans as plan where plan.id = p_line.plan_id;
  v_grace_ends_at := p_line.period_end + make_interval(days => v_plan.grace_days);
  v_credits := case
    when v_is_trial and v_old.trial_used_at is not null then 0
    when v_is_trial then v_plan.trial_credits
    -- As agreed when the organization subscribed.
    when v_old.plan_id = p_line.plan_id then v_old.monthly_ai_credits
    else v_plan.monthly_ai_credits
  end;

  if v_old_line.stripe_subscription_id is null
    or v_old_line.stripe_subscription_id = p_line.stripe_subscription_id then
    perform private.expire_period_at(p_line.organization_id, p_at, p_at);
    perform private.expire_due_grants(array[p_line.organization_id], p_at);
    v_rollover_credits := private.rollover_due(p_line.organization_id, p_line.plan_id);
  end if;

  perform private.move_to_paid_period(p_line, v_old, v_plan, v_grace_ends_at, v_credits, p_at);
  update public.organization_credit_balances as balance
  set
    overdraft_credits = v_plan.overdraft_credits,
    used_credits = private.charged_since(p_line.organization_id, v_counts_from),
    period_start = v_counts_from,
    period_end = p_line.period_end
  where balance.organization_id = p_line.organization_id;

  if v_rollover_credits > 0 then
    perform private.add_grant(
      p_line.organization_id, 'rollover', 'rollover', v_rollover_credits, 20, v_grace_ends_at, null,
      'Unused credits of the period before', null, null, p_at
    );
  end if;
  if v_credits > 0 then
    v_transaction_id := (
      select added.transaction_id
      from private.add_grant(
        p_line.organization_id, 'plan', 'plan_allocation', v_credits, 10, v_grace_ends_at, null,
        private.line_description(p_line), null, null, p_at, private.line_payment(p_line)
      ) as added
    );
  end if;
  update public.billing_invoice_lines as line
  set
    status = 'applied', period_line_id = line.id, granted_credits = v_credits,
    transaction_id = v_transaction_id, applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.begin_paid_period(public.billing_invoice_lines, timestamptz)
  is 'Begins the period that an invoice line paid for, with its credits.';

-- private/buyable_session_time.sql
/* For how long the credits that a member may spend now would pay at a price a minute. */
create function private.buyable_session_time(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz,
  p_minute_price_credits numeric
)
returns interval
language sql
stable
as $$
  select make_interval(secs => floor(
    private.credits_for_sessions(p_organization_id, p_user_id, p_at) * 60 / p_minute_price_credits
  )::double precision)
$$;

comment on function private.buyable_session_time(uuid, uuid, timestamptz, numeric)
  is 'How much time of sessions the credits of a member would pay for.';

-- private/capability_offer.sql
/*
 * What the catalogue offers for a wish: the level (the one asked for, null is the lowest that the
 * plan allows), the estimate, the model that comes first, the rate limits, and what speaks against
 * it: `unknown` a name that does not exist, `denial` a plan that does not include it. One row.
 *
 * This is the definition. Requests find what it says in private.capability_offers, which is made from
 * it whenever a table changes that is read here: a new one needs the triggers of
 * lock_catalogue and refresh_capability_offers.
 */
create function private.capability_offer(
  p_plan_id text,
  p_capability_id text,
  p_asked_level_id text,
  p_at timestamptz
)
returns table (
  quality_level_id text,
  estimated_credits numeric,
  model_id text,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  allowed_quality_levels text[],
  unknown text,
  denial text
)
language sql
stable
as $$
  select
    shown.quality_level_id,
    estimate.estimated_credits,
    served.model_id,
    included.requests_per_minute,
    included.requests_per_hour,
    included.requests_per_day,
    private.allowed_quality_levels(p_plan_id, p_capability_id),
    case
      when p_plan_id is null then 'unknown_organization'
      when capability.id is null then 'unknown_capability'
      when p_asked_level_id is not null and level.id is null then 'unknown_quality_level'
    end,
    case
      when included.plan_id is null then 'capability_not_in_plan'
      when not (capability.is_active and included.is_enabled) then 'capability_disabled'
      when allowed.quality_level_id is null or estimate.estimated_credits is null
        then 'quality_level_not_allowed'
    end
  from (select) as wish
  left join public.ai_capabilities as capability on capability.id = p_capability_id
  left join public.quality_levels as level on level.id = p_asked_level_id
  left join public.plan_ai_capabilities as included
    on included.plan_id = p_plan_id and included.capability_id = p_capability_id
  left join lateral (
    select permitted.quality_level_id
    from public.plan_ai_capability_quality_levels as permitted
    join public.quality_levels as ranked on ranked.id = permitted.quality_level_id
    where permitted.plan_id = p_plan_id
      and permitted.capability_id = p_capability_id
      and (p_asked_level_id is null or permitted.quality_level_id = p_asked_level_id)
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
        where offered.capability_id = p_capability_id
        order by ranked.rank
        limit 1
      )
    ) as quality_level_id
  ) as shown
  left join lateral (
    select priced.estimated_credits
    from public.ai_capability_quality_levels as priced
    where priced.capability_id = p_capability_id
      and priced.quality_level_id = shown.quality_level_id
      and priced.effective_from <= p_at
      and (priced.effective_to is null or priced.effective_to > p_at)
    order by priced.effective_from desc
    limit 1
  ) as estimate on true
  left join lateral (
    select model.model_id
    from private.models_in_force(
      p_plan_id, p_capability_id, allowed.quality_level_id, p_at
    ) as model
    order by model.preference
    limit 1
  ) as served on true
$$;

comment on function private.capability_offer(text, text, text, timestamptz)
  is 'What the catalogue offers for a plan, capability and level; one row.';

-- private/change_counters.sql
/*
 * Adds the amounts of uses or holds to the counters of their organization and user: a flow has one for
 * the day and one for the billing period, a level one without a period. p_is_held: what is held, else
 * what is used. The entries tell their day and period, so that a hold ends where it began, whatever
 * became of the subscription. The caller holds the gates, so nobody else can make a counter meanwhile.
 */
create function private.change_counters(p_entries private.usage_entry[], p_is_held boolean)
returns void
language sql
volatile
as $$
  with part as materialized (
    select
      entry.organization_id, entry.meter_id, scope.user_id, span.period, span.period_start,
      span.period_end, span.day, sum(entry.amount) as amount
    from unnest(p_entries) as entry
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', entry.user_id]
    ) as scope (user_id)
    cross join lateral (
      values
        ('none', '-infinity'::timestamptz, 'infinity'::timestamptz, null::date),
        ('day', entry.day_start, entry.day_end, entry.day),
        ('month', entry.period_start, entry.period_end, null::date)
    ) as span (period, period_start, period_end, day)
    where scope.user_id is not null and (entry.kind = 'level') = (span.period = 'none')
    group by 1, 2, 3, 4, 5, 6, 7
  ),
  changed as (
    -- Not "on conflict": what is given back would not pass the check of a row that is only proposed.
    update public.quota_usages as counter
    set
      used_amount = counter.used_amount + case when p_is_held then 0 else part.amount end,
      -- A counter that is wrong must not stop a settlement; verify_usage tells that it is.
      held_amount = greatest(
        counter.held_amount + case when p_is_held then part.amount else 0 end, 0
      )
    from part
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
  insert into public.quota_usages (
    organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount,
    held_amount
  )
  select
    part.organization_id, part.meter_id, part.user_id, part.period, part.period_start,
    part.period_end, part.day, case when p_is_held then 0 else part.amount end,
    case when p_is_held then part.amount else 0 end
  from part
  where not exists (
    select
    from public.quota_usages as counter
    where counter.organization_id = part.organization_id
      and counter.meter_id = part.meter_id
      and counter.user_id = part.user_id
      and counter.period = part.period
      and counter.period_start = part.period_start
  )
$$;

comment on function private.change_counters(private.usage_entry[], boolean)
  is 'Adds amounts to the counters that limits are checked against.';

-- private/charge_transactions.sql
/*
 * The rows of the ledger by which a reservation was charged, one for each grant drawn from. The first
 * has the id of the reservation, the others follow it at once, for they were written under one gate:
 * so no index of reservations is needed, which every charge would have to write.
 */
create function private.charge_transactions(p_reservation_id uuid)
returns setof public.credit_transactions
language sql
stable
rows 1
as $$
  select part.*
  from public.credit_transactions as first
  join public.credit_transactions as part
    on part.organization_id = first.organization_id
    and part.sequence >= first.sequence
    and part.sequence < coalesce(
      (
        select next.sequence
        from public.credit_transactions as next
        where next.organization_id = first.organization_id
          and next.sequence > first.sequence
          and next.reservation_id is distinct from first.reservation_id
        order by next.sequence
        limit 1
      ),
      9223372036854775807
    )
  where first.id = p_reservation_id
$$;

comment on function private.charge_transactions(uuid)
  is 'The rows of the ledger by which a reservation was charged.';

-- private/charged_since.sql
/*
 * What AI work has been charged since a moment. Reads the ledger backwards from its end, so its cost is
 * that of the rows since then, however long the ledger is. The caller holds the gate: the rows of an
 * organization are in the order of their time.
 */
create function private.charged_since(p_organization_id uuid, p_since timestamptz)
returns numeric
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_charged_credits numeric := 0;
begin
  for v_entry in
    select entry.type, entry.amount_credits, entry.event_at
    from public.credit_transactions as entry
    where entry.organization_id = p_organization_id
    order by entry.sequence desc
  loop
    exit when v_entry.event_at < p_since;
    if v_entry.type = 'ai_consumption' then
      v_charged_credits := v_charged_credits - v_entry.amount_credits;
    end if;
  end loop;
  return v_charged_credits;
end
$$;

comment on function private.charged_since(uuid, timestamptz)
  is 'What AI work has been charged since a moment.';

-- private/check_ai_access.sql
/*
 * Whether a request would be allowed right now, what it would cost and which model would serve it;
 * if not, why and which plan would allow it: check_ai_access_batch for one question.
 *
 * reason: null when allowed, else an outcome of reserve_credits that denies.
 */
create function private.check_ai_access(
  p_organization_id uuid,
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric
)
returns table (
  allowed boolean,
  reason text,
  capability_id text,
  quality_level_id text,
  model_id text,
  estimated_credits numeric,
  available_credits numeric,
  required_credits numeric,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer,
  rate_limits jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select
    answer.allowed,
    answer.reason,
    answer.capability_id,
    answer.quality_level_id,
    answer.model_id,
    answer.estimated_credits,
    answer.available_credits,
    answer.required_credits,
    answer.allowed_quality_levels,
    answer.unlocked_by_plan,
    answer.retry_after_seconds,
    answer.rate_limits
  from private.check_ai_access_batch(
    array[p_organization_id], array[p_user_id], array[p_capability_id],
    array[p_quality_level_id], array[p_amount_credits]
  ) as answer
$$;

comment on function private.check_ai_access(uuid, uuid, text, text, numeric)
  is 'Whether a request would be allowed, at what cost, by which model; else why not.';

grant execute on function private.check_ai_access(uuid, uuid, text, text, numeric) to purser_api;

-- private/check_ai_access_batch.sql
/*
 * Whether requests would be allowed right now, what they would cost and which model would serve them;
 * if not, why and which plan would allow it. One row an item, in no order. Reads only: the rules are
 * those of reserve_credits (access_rules, limits_refusal), which asks them again under the lock.
 * The items know nothing of each other: each is answered as if it came alone.
 *
 * reason: null when allowed, else an outcome of reserve_credits that denies.
 */
create function private.check_ai_access_batch(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[]
)
returns table (
  item integer,
  allowed boolean,
  reason text,
  capability_id text,
  quality_level_id text,
  model_id text,
  estimated_credits numeric,
  available_credits numeric,
  required_credits numeric,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer,
  rate_limits jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  )
  select
    rule.item,
    verdict.reason is null,
    verdict.reason,
    rule.capability_id,
    rule.quality_level_id,
    rule.model_id,
    coalesce(rule.estimated_credits, 0),
    coalesce(position.available_credits, 0),
    rule.amount_credits,
    rule.allowed_quality_levels,
    case
      when verdict.reason = 'quality_level_not_allowed'
        then private.unlocking_plan(rule.capability_id, rule.quality_level_id)
      when verdict.reason in ('capability_not_in_plan', 'capability_disabled')
        then private.unlocking_plan(rule.capability_id, p_quality_level_ids[rule.item])
    end,
    case
      when verdict.reason = 'rate_limited' then private.seconds_until_reset(limits.windows, moment.at)
    end,
    limits.windows
  from moment
  cross join lateral private.access_rules(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
    moment.at
  ) as rule
  left join lateral (
    select found.available_credits
    from private.credit_position(rule.organization_id, moment.at) as found
    -- Here and below: without it the planner writes what is computed into each place that uses it.
    offset 0
  ) as position on true
  cross join lateral (
    select coalesce(
      rule.refusal,
      private.limits_refusal(
        rule.minute_limit, rule.minute_used, rule.hour_limit, rule.hour_used,
        rule.day_limit, rule.day_used, rule.amount_credits,
        -- Functions with a plan of their own, each start of which costs more than all of the rest.
        case
          when rule.amount_credits > position.available_credits then private.credits_within_reach(
            rule.organization_id, rule.amount_credits, position.available_credits
          )
          else position.available_credits
        end
      ),
      case
        when rule.has_member_caps then private.credit_cap_refusal(
          rule.organization_id, rule.user_id, rule.amount_credits, moment.at
        )
      end
    ) as reason
    offset 0
  ) as verdict
  cross join lateral (
    select case
      when coalesce(rule.minute_limit, rule.hour_limit, rule.day_limit) is null then '[]'
      else private.rate_limit_windows(
        rule.minute_limit, rule.minute_used, rule.hour_limit, rule.hour_used,
        rule.day_limit, rule.day_used, rule.request_times, moment.at
      )
    end as windows
    offset 0
  ) as limits
$$;

comment on function private.check_ai_access_batch(uuid[], uuid[], text[], text[], numeric[])
  is 'Whether requests would be allowed, at what cost, by which model; else why not.';

grant execute on function private.check_ai_access_batch(uuid[], uuid[], text[], text[], numeric[])
  to purser_api;

-- private/check_hold_end.sql
/*
 * Refuses an end of a hold that does not add up. A check constraint would say the same, but every batch
 * of new holds, which have no end, would read it anew.
 */
create function private.check_hold_end()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the end of hold % does not add up', new.id
    using errcode = 'check_violation', constraint = 'credit_holds_end',
      table = 'credit_holds', schema = 'private';
end
$$;

comment on function private.check_hold_end()
  is 'Trigger: refuses an end of a hold that does not add up (check_violation).';

create trigger check_hold_end
after update on private.credit_holds
for each row when (
  not case
    when new.ended_as is null
      then row(new.closed_at, new.charged_credits, new.released_credits) is null
    when new.ended_as = 'settled' then
      row(
        new.closed_at, new.charged_credits, new.released_credits, new.shortfall_credits,
        new.settlement_fingerprint
      ) is not null
      and least(new.charged_credits, new.released_credits, new.shortfall_credits) >= 0.0
    else
      new.ended_as = any ('{released,expired}'::text[])
      and new.closed_at is not null and new.charged_credits is null
      and new.released_credits is not distinct from new.amount_credits
  end
)
execute function private.check_hold_end();

-- private/check_meter_period.sql
/*
 * Trigger: a level has limits without a period, a flow has them for a day or a month; a limit of the
 * other kind would never count anything. Caps may also be on credits, for a day or a month, and are
 * for members of the organization. That the user who set one is deleted is no change of a cap: it may
 * be of somebody who is no member any more.
 */
create function private.check_meter_period()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text;
begin
  select meter.kind into v_kind from public.meters as meter where meter.id = new.meter_id;
  if tg_table_name = 'member_caps' then
    new.updated_at := private.current_time_utc();
    if new.meter_id = 'credits' then
      v_kind := 'flow';
    end if;
    if not exists (
      select
      from auth.members as member
      where member.organization_id = new.organization_id and member.user_id = new.user_id
    ) then
      raise exception 'a cap is for a member of the organization' using errcode = 'check_violation';
    end if;
  end if;
  if v_kind is null then
    raise exception 'there is no meter %', new.meter_id using errcode = 'check_violation';
  end if;
  if (v_kind = 'level') is distinct from (new.period = 'none') then
    raise exception 'a % has no limit with the period %', v_kind, new.period
      using errcode = 'check_violation';
  end if;
  return new;
end
$$;

comment on function private.check_meter_period()
  is 'Trigger: limits have a period that fits their meter; caps are for members.';

create trigger check_meter_period
before insert or update on public.plan_meter_limits
for each row execute function private.check_meter_period();

create trigger check_meter_period
before insert or update on public.quota_overrides
for each row execute function private.check_meter_period();

create trigger check_meter_period
before insert or update
of organization_id, user_id, meter_id, period, limit_amount on public.member_caps
for each row execute function private.check_meter_period();

-- private/check_quality_default.sql
/*
 * A default level must be one that the organization's plan allows, whoever writes it: Hasura checks
 * the same in its permission, and this holds for every other way. Keeps updated_at.
 */
create function private.check_quality_default()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from public.organization_allowed_quality_levels as allowed
    where allowed.organization_id = new.organization_id
      and allowed.capability_id = new.capability_id
      and allowed.quality_level_id = new.quality_level_id
  ) then
    raise exception 'the plan does not allow quality level "%" for "%"',
      new.quality_level_id, new.capability_id
      using errcode = 'check_violation', constraint = 'organization_quality_defaults_allowed',
        table = 'organization_quality_defaults', schema = 'public';
  end if;
  new.updated_at := private.current_time_utc();
  return new;
end
$$;

comment on function private.check_quality_default()
  is 'Trigger: a default level must be allowed by the plan (check_violation).';

create trigger check_quality_default
before insert or update on public.organization_quality_defaults
for each row execute function private.check_quality_default();

-- private/check_quota.sql
/*
 * What consume_quota would answer now, without a side effect and without waiting for the gate.
 * `outcome` is allowed or its refusal; `decision` tells the limit that is closest, before the use.
 *
 * Outcomes: allowed, quota_exceeded, member_cap_exceeded, below_zero, subscription_inactive,
 * user_required, unknown_organization, unknown_meter, unknown_user, invalid_amount.
 */
create function private.check_quota(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_amount numeric
)
returns table (outcome text, decision jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_entries private.usage_entry[];
  v_rules jsonb;
begin
  v_entries := private.usage_entries(
    array[p_organization_id], array[p_user_id], array[p_meter_id], array[p_amount],
    array[uuidv7()::text], array[null::timestamptz], array[null::jsonb], 'consumed', v_at
  );
  v_entries := private.decide_usage(v_entries, false);
  outcome := case v_entries[1].outcome
    when 'recorded' then 'allowed'
    else v_entries[1].outcome
  end;
  select jsonb_agg(to_jsonb(rule))
  into v_rules
  from private.quota_state(p_organization_id, p_user_id, p_meter_id, v_at) as rule;
  decision := case
    when outcome = 'allowed'
      then private.judge_usage(v_rules, '{}', p_meter_id, 0, true) - 'outcome'
    else v_entries[1].decision
  end;
  return next;
end
$$;

comment on function private.check_quota(uuid, uuid, text, numeric)
  is 'What consume_quota would answer now; no side effect.';

grant execute on function private.check_quota(uuid, uuid, text, numeric) to purser_api;

-- private/claim_auto_topup.sql
/*
 * Begins an automatic purchase when one is due: the row stands before Stripe is asked to charge the
 * card, and its id is the key at Stripe, so that whoever goes on after a crash charges no second
 * time. At most one at a time, one in two minutes, and so many in a calendar month of the
 * organization as it wished. Gate: the balance row.
 *
 * Outcomes: claimed, off (or stopped), enough, in_flight, cooldown, monthly_limit, topup_not_allowed
 * (also while the subscription is not active), no_payment_method.
 */
create function private.claim_auto_topup(p_organization_id uuid)
returns table (outcome text, purchase_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_cooldown constant interval := '2 minutes';
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_available_credits numeric := private.expire_kept_grants(p_organization_id, v_at);
  v_setting public.billing_settings;
  v_subscription public.org_plans;
  v_package public.credit_topup_packages;
  v_key text := 'auto_topup ' || uuidv7();
begin
  select setting.* into v_setting
  from public.billing_settings as setting
  where setting.organization_id = p_organization_id;
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select package.* into v_package
  from public.credit_topup_packages as package
  where package.id = v_setting.auto_topup_package_id and package.is_active;

  outcome := case
    when v_setting.auto_topup_enabled is not true
      or v_setting.auto_topup_stopped_reason is not null
      or v_package.id is null then 'off'
    when v_available_credits >= v_setting.auto_topup_threshold_credits then 'enough'
    when exists (
      select
      from public.credit_purchases as running
      where running.organization_id = p_organization_id
        and running.kind = 'auto_topup'
        and running.status = 'processing'
    ) then 'in_flight'
    when v_setting.auto_topup_last_at > v_at - c_cooldown then 'cooldown'
    when private.is_suspended(v_subscription, v_at) or not (
      select plan.topup_allowed from public.plans as plan where plan.id = v_subscription.plan_id
    ) then 'topup_not_allowed'
    when v_setting.stripe_payment_method_id is null
      or v_subscription.stripe_customer_id is null then 'no_payment_method'
    when (
      select count(*)
      from public.credit_purchases as made
      where made.organization_id = p_organization_id
        and made.kind = 'auto_topup'
        and made.status <> 'failed'
        and made.created_at >= date_trunc('month', v_at at time zone v_subscription.time_zone)
          at time zone v_subscription.time_zone
    ) >= v_setting.auto_topup_monthly_limit then 'monthly_limit'
    else 'claimed'
  end;

  if outcome = 'claimed' then
    insert into public.credit_purchases as claimed (
      organization_id, kind, package_id, credits, price_usd, status, actor, idempotency_key,
      request_fingerprint, created_at
    )
    values (
      p_organization_id, 'auto_topup', v_package.id, v_package.credits, v_package.price_usd,
      'processing', '{"kind": "auto_topup"}', v_key, sha256(convert_to(v_key, 'UTF8')), v_at
    )
    returning claimed.id into purchase_id;
    update public.billing_settings as setting
    set auto_topup_last_at = v_at
    where setting.organization_id = p_organization_id;
  end if;
  return next;
end
$$;

comment on function private.claim_auto_topup(uuid)
  is 'Begins an automatic purchase when one is due, before the card is charged.';

grant execute on function private.claim_auto_topup(uuid) to purser_api;

-- private/claim_stripe_events.sql
/*
 * Job: takes events whose next attempt is due, oldest first, for handling by the caller; each for so
 * long as the lease. Safe in many places at once: what another has locked is skipped, what another
 * has leased is not due.
 */
create function private.claim_stripe_events(p_limit integer, p_lease_seconds integer)
returns table (id text, attempts integer, payload jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with due as materialized (
    select event.id, clock.at
    from public.stripe_events as event
    cross join (select private.current_time_utc() as at) as clock
    where event.next_attempt_at <= clock.at
      and coalesce(event.lease_expires_at <= clock.at, true)
    order by event.next_attempt_at, event.id
    limit p_limit
    for no key update of event skip locked
  )
  update public.stripe_events as event
  set
    attempts = event.attempts + 1,
    lease_expires_at = due.at + make_interval(secs => p_lease_seconds)
  from due
  where event.id = due.id
  returning event.id, event.attempts, event.payload
$$;

comment on function private.claim_stripe_events(integer, integer)
  is 'Job: takes events of the inbox whose next attempt is due.';

grant execute on function private.claim_stripe_events(integer, integer) to purser_api;

-- private/clean_idempotency.sql
/*
 * Job: forgets stored answers of operations that are older than the retention, at most p_limit in a
 * call, and the records of job runs that nobody looks at any more. Reservations, their keys and
 * fingerprints stay, so an old key never charges twice; only its answer is not kept for ever.
 * Rows that another runner is deleting are skipped. `remaining`: a further call would find more.
 * SQLSTATE: LG003 a retention of less than 24 hours, which callers are promised.
 */
create function private.clean_idempotency(p_retention_hours integer, p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := private.current_time_utc() - make_interval(hours => p_retention_hours);
begin
  if (p_retention_hours >= 24) is not true then
    raise exception 'answers are kept for at least 24 hours, not %', p_retention_hours
      using errcode = 'LG003';
  end if;

  -- Identifiers of reservations are in order of time, so the primary key finds the old ones.
  with old as materialized (
    select result.reservation_id
    from public.ai_operation_results as result
    where result.reservation_id < private.first_uuid_at(v_before) and result.created_at < v_before
    order by result.reservation_id
    limit p_limit
    for update skip locked
  )
  delete from public.ai_operation_results as result
  using old
  where result.reservation_id = old.reservation_id;
  get diagnostics processed = row_count;
  remaining := processed = p_limit;

  delete from public.job_runs as run
  where run.started_at < v_before - interval '30 days';
  failed := 0;
  return next;
end
$$;

comment on function private.clean_idempotency(integer, integer)
  is 'Job: deletes stored answers that are older than the retention.';

grant execute on function private.clean_idempotency(integer, integer) to purser_api;

-- private/clean_stripe_events.sql
/*
 * Job: deletes events of Stripe that have been applied or ignored for longer than the retention, at
 * most p_limit in a call. Money, credits and invoices have rows of their own, and what an event says is
 * applied at most once whether or not the event is still there. What is not finished, or dead, stays.
 * Rows that somebody is at are skipped. `remaining`: a further call would find more.
 * SQLSTATE: LG003 a retention of less than 30 days, in which Stripe may deliver an event again.
 */
create function private.clean_stripe_events(p_retention_days integer, p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_retention_days >= 30) is not true then
    raise exception 'events are kept for at least 30 days, not %', p_retention_days
      using errcode = 'LG003';
  end if;

  with old as materialized (
    select event.id
    from public.stripe_events as event
    where event.applied_at < private.current_time_utc() - make_interval(days => p_retention_days)
      and event.status in ('applied', 'ignored')
    order by event.applied_at
    limit p_limit
    for update skip locked
  )
  delete from public.stripe_events as event
  using old
  where event.id = old.id;
  get diagnostics processed = row_count;
  remaining := processed = p_limit;
  failed := 0;
  return next;
end
$$;

comment on function private.clean_stripe_events(integer, integer)
  is 'Job: deletes events of Stripe that have been done with for longer than the retention.';

grant execute on function private.clean_stripe_events(integer, integer) to purser_api;

-- private/close_capped_hold.sql
/*
 * Trigger: when a hold that counts against a cap ends, what it held is free again and what it was
 * charged is used, in the day and period in which it was made. Holds without a cap never get here.
 */
create function private.close_capped_hold()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update public.quota_usages as counter
  set
    -- A counter that is wrong must not stop a settlement; verify_usage tells that it is.
    held_amount = greatest(
      counter.held_amount - case when old.ended_as is null then old.amount_credits else 0 end, 0
    ),
    used_amount = counter.used_amount + coalesce(new.charged_credits, 0)
  from (
    -- The newest that had begun: a change of the plan may have ended one early.
    select kept.period, max(kept.period_start) as period_start
    from public.quota_usages as kept
    where kept.organization_id = new.organization_id
      and kept.meter_id = 'credits'
      and kept.user_id = new.user_id
      and kept.period_start <= new.created_at
      and kept.period_end > new.created_at
    group by kept.period
  ) as newest
  where counter.organization_id = new.organization_id
    and counter.meter_id = 'credits'
    and counter.user_id = new.user_id
    and counter.period = newest.period
    and counter.period_start = newest.period_start;
  return null;
end
$$;

comment on function private.close_capped_hold()
  is 'Trigger: a hold that ends is counted against the caps of its member.';

create trigger close_capped_hold
after update of ended_as on private.credit_holds
for each row when (old.is_capped and old.ended_as is distinct from new.ended_as)
execute function private.close_capped_hold();

-- private/close_quota_holds.sql
/*
 * Trigger: when a reservation with quota lines ends, its lines end with it, whoever ended it. A
 * settlement books what was really used, or else what was held, in the day and period in which it was
 * held; also after the expiry had given it back, since the work was done. Release and expiry only
 * give back. Whoever changes a reservation holds the gate. Reservations without lines never get here.
 */
create function private.close_quota_holds()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_lines private.usage_entry[];
  v_booked private.usage_entry[];
begin
  select array_agg(
    row(
      1, line.organization_id, line.user_id, line.meter_id, meter.kind, -line.held_amount,
      'settled', line.created_at, line.day, line.day_start, line.day_start + interval '1 day',
      line.period_start, 'infinity'::timestamptz, line.reservation_id, null::text, null::bytea,
      new.context - 'quotas', uuidv7(), 'recorded',
      jsonb_build_object('reservation_id', line.reservation_id, 'held', line.held_amount)
    )::private.usage_entry
    order by line.meter_id
  )
  into v_lines
  from public.quota_holds as line
  join public.meters as meter on meter.id = line.meter_id
  where line.organization_id = new.organization_id and line.reservation_id = new.id;

  if old.ended_as is null then
    perform private.change_counters(v_lines, true);
  end if;
  if new.ended_as = 'settled' then
    select array_agg(booked.entry)
    into v_booked
    from (
      select
        row(
          entry.item, entry.organization_id, entry.user_id, entry.meter_id, entry.kind,
          coalesce(line.actual_amount, line.held_amount), entry.source, entry.event_at, entry.day,
          entry.day_start, entry.day_end, entry.period_start, entry.period_end,
          entry.reservation_id, entry.idempotency_key, entry.request_fingerprint, entry.metadata,
          entry.id, entry.outcome, entry.decision
        )::private.usage_entry as entry
      from unnest(v_lines) as entry
      join public.quota_holds as line
        on line.organization_id = entry.organization_id
        and line.reservation_id = entry.reservation_id
        and line.meter_id = entry.meter_id
      where coalesce(line.actual_amount, line.held_amount) > 0
    ) as booked;
    perform private.write_usage(v_booked, v_at);
  end if;
  perform private.note_over_limits(v_lines, v_at);

  update public.quota_holds as line
  set status = case new.ended_as when 'settled' then 'booked' else new.ended_as end, closed_at = v_at
  where line.organization_id = new.organization_id and line.reservation_id = new.id;
  return null;
end
$$;

comment on function private.close_quota_holds()
  is 'Trigger: quota lines end with their reservation: booked by a settlement, else given back.';

create trigger close_quota_holds
after update of ended_as on private.credit_holds
for each row when (old.has_quota_lines and old.ended_as is distinct from new.ended_as)
execute function private.close_quota_holds();

-- private/close_session_hold.sql
/*
 * Charges what was used of the credits that a session holds, and gives the rest back. It charges also
 * when the hold has expired meanwhile: the time was used. Returns the session, not yet stored. The
 * caller holds the gate.
 */
create function private.close_session_hold(p_session private.metered_sessions)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_charged_credits numeric;
begin
  if v_session.hold_reservation_id is null then
    return v_session;
  end if;
  if v_session.hold_used_seconds = 0 then
    perform private.release_credits(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array['No bought minutes were used']
    );
  else
    select settled.charged_credits into v_charged_credits
    from private.settle_credits(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array[private.session_credits(v_session.hold_used_seconds, v_session.hold_price_credits)],
      array[null]::text[], array[null]::bigint[], array[null]::bigint[], array[null]::bigint[],
      array[null]::bigint[], array[null]::text[], array[null]::text[], array[null]::jsonb[]
    ) as settled;
    v_session.charged_credits := v_session.charged_credits + coalesce(v_charged_credits, 0);
  end if;
  v_session.hold_reservation_id := null;
  v_session.hold_price_credits := null;
  v_session.hold_seconds := 0;
  v_session.hold_used_seconds := 0;
  return v_session;
end
$$;

comment on function private.close_session_hold(private.metered_sessions)
  is 'Charges the used part of the credits that a session holds and gives back the rest.';

-- private/consume_quota.sql
/*
 * Checks and counts uses of meters in one step, one row an item in the order of the items; the result
 * is the one of the same calls made one after the other. A negative amount gives back of a level.
 * Nothing is stored for a refusal.
 *
 * Gate: the balance row of each organization (lock_balances): concurrent callers never pass a hard
 * limit together. Replay: the same key and request of an organization gives its first answer again;
 * another request under the key is idempotency_conflict.
 * `decision` tells the limit that was closest: limit, used, held, remaining, period, resets_at, level
 * (plan, override, member_cap) and source of it, warning (highest level reached), over_limit.
 *
 * Outcomes: recorded, replayed, idempotency_conflict, quota_exceeded, member_cap_exceeded, below_zero,
 * subscription_inactive, user_required (the limit is one for each user), unknown_organization,
 * unknown_meter, unknown_user, invalid_amount, invalid_key. SQLSTATEs: LG001, LG002.
 */
create function private.consume_quota(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_metadata jsonb[]
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select *
  from private.count_usage(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys,
    array_fill(null::timestamptz, array[cardinality(p_organization_ids)]), p_metadata, 'consumed'
  )
$$;

comment on function private.consume_quota(uuid[], uuid[], text[], numeric[], text[], jsonb[])
  is 'Checks and counts uses of meters in one step; arrays in, one outcome row an item in order.';

grant execute on function private.consume_quota(uuid[], uuid[], text[], numeric[], text[], jsonb[])
  to purser_api;

-- private/copy_subscription.sql
/*
 * Copies the state of a subscription, as the payment provider told it just now, to its organization:
 * status, trial, and what waits for the end of the period. It moves no plan and no credits; paid lines
 * do. p_revision is what the organization's subscription_revision was before the provider was asked: a
 * copy that another one has overtaken is `stale`, and the caller asks again. Gate: the balance row.
 *
 * p_plan_id is the plan that the next period will be billed for. A smaller plan than the running one
 * waits, and during a trial any other; a better one is begun by its paid line. p_cancel_at is when the subscription will end: what was
 * paid stays until its own end, without grace. A subscription that has ended (canceled,
 * incomplete_expired) is taken off; on the free plan from the end of what was paid.
 *
 * Outcomes: copied, ended, stale, other_subscription (not the organization's), unknown_organization.
 */
create function private.copy_subscription(
  p_organization_id uuid,
  p_subscription_id text,
  p_revision bigint,
  p_status text,
  p_plan_id text,
  p_cancel_at timestamptz,
  p_trial_ends_at timestamptz
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_old public.org_plans;
  v_has_ended boolean := p_status in ('canceled', 'incomplete_expired');
  v_waits boolean;
begin
  select subscription.* into v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  if v_old.organization_id is null then
    return 'unknown_organization';
  elsif v_old.stripe_subscription_id is distinct from p_subscription_id then
    return 'other_subscription';
  elsif v_old.subscription_revision <> p_revision then
    return 'stale';
  end if;
  v_waits := coalesce(
    (
      select wanted.rank < running.rank or (p_status = 'trialing' and wanted.id <> running.id)
      from public.plans as wanted
      join public.plans as running on running.id = v_old.plan_id
      where wanted.id = p_plan_id
    ),
    false
  );

  update public.org_plans as subscription
  set
    status = case
      when v_has_ended then 'active'
      when p_status in ('active', 'trialing', 'past_due', 'paused') then p_status
      else 'unpaid'
    end,
    pending_plan_id = case
      when not v_has_ended and p_cancel_at is null and v_waits then p_plan_id
    end,
    pending_change_at = case
      when v_has_ended then v_old.period_end
      when p_cancel_at is not null then greatest(p_cancel_at, v_old.period_end)
      when v_waits then v_old.period_end
    end,
    trial_ends_at = case when p_status = 'trialing' then p_trial_ends_at end,
    stripe_subscription_id = case when not v_has_ended then p_subscription_id end,
    grace_ends_at = case when not v_has_ended then v_old.grace_ends_at end,
    subscription_revision = subscription.subscription_revision + 1,
    updated_at = v_at
  where subscription.organization_id = p_organization_id;
  perform private.expire_period_at(
    p_organization_id,
    case
      when v_has_ended or p_cancel_at <= v_old.period_end then v_old.period_end
      else v_old.grace_ends_at
    end,
    v_at
  );
  perform private.reset_organizations(array[p_organization_id], v_at);
  return case when v_has_ended then 'ended' else 'copied' end;
end
$$;

comment on function private.copy_subscription(
  uuid, text, bigint, text, text, timestamptz, timestamptz
) is 'Copies the state of a subscription at the payment provider to its organization.';

grant execute on function private.copy_subscription(
  uuid, text, bigint, text, text, timestamptz, timestamptz
) to purser_api;

-- private/count_capped_member.sql
/*
 * Counts what a member has used and holds of credits in this day and period, from his reservations,
 * and marks those of the period, so that their end is counted as well. A reservation counts when it
 * was made. The caller holds the gate.
 */
create function private.count_capped_member(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  with span as materialized (
    select named.period, part.period_start, part.period_end,
      case when named.period = 'day' then part.day end as day
    from public.org_plans as subscription
    cross join (values ('day'), ('month')) as named (period)
    cross join lateral private.quota_period(
      named.period, 'credits', p_at, subscription
    ) as part
    where subscription.organization_id = p_organization_id
  ),
  made as (
    update private.credit_holds as hold
    set is_capped = true
    where hold.organization_id = p_organization_id
      and hold.user_id = p_user_id
      and hold.id >= private.first_uuid_at((select min(span.period_start) from span))
      and hold.created_at >= (select min(span.period_start) from span)
    returning hold.id, hold.created_at
  )
  insert into public.quota_usages (
    organization_id, meter_id, user_id, period, period_start, period_end, day, used_amount,
    held_amount
  )
  select
    p_organization_id, 'credits', p_user_id, span.period, span.period_start, span.period_end,
    span.day, coalesce(sum(told.charged_credits), 0),
    coalesce(sum(told.amount_credits) filter (where told.status = 'reserved'), 0)
  from span
  left join made on made.created_at >= span.period_start and made.created_at < span.period_end
  left join public.credit_reservations as told
    on told.organization_id = p_organization_id and told.id = made.id
  group by 1, 2, 3, 4, 5, 6, 7
$$;

comment on function private.count_capped_member(uuid, uuid, timestamptz)
  is 'Counts what a member has used and holds of credits in this day and period.';

-- private/count_period.sql
/*
 * Adds seconds of a session to the period that p_at falls into, and books what is not yet in the
 * usage ledger once it is a minute, or when p_is_due. Booked is always the sum in minutes rounded to
 * four decimals, so the ledger follows the seconds exactly, however they came. What the ledger does
 * not take stays unbooked, and counts against the limits all the same. The caller holds the gate.
 */
create function private.count_period(
  p_session private.metered_sessions,
  p_at timestamptz,
  p_used_seconds integer,
  p_bought_seconds integer,
  p_sessions integer,
  p_is_due boolean
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_subscription public.org_plans;
  v_period public.usage_periods;
  v_minutes numeric;
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_session.organization_id;

  insert into public.usage_periods as period (
    organization_id, user_id, period_start, period_end, plan_id, used_seconds, bought_seconds,
    sessions
  )
  select
    p_session.organization_id, p_session.user_id, month.period_start, month.period_end,
    v_subscription.plan_id, p_used_seconds, p_bought_seconds, p_sessions
  from private.quota_period('month', 'session_minutes', p_at, v_subscription) as month
  on conflict (organization_id, user_id, period_start) do update set
    used_seconds = period.used_seconds + excluded.used_seconds,
    bought_seconds = period.bought_seconds + excluded.bought_seconds,
    sessions = period.sessions + excluded.sessions
  returning period.* into v_period;

  -- A counter marks the period, so that it is found again when it is over: the first one of an
  -- organization begins on no anchor day. One that began early, as after a purchase of a plan, ends
  -- the one before.
  if v_period.booked_minutes = 0 then
    update public.usage_periods as earlier
    set period_end = v_period.period_start
    where earlier.organization_id = v_period.organization_id
      and earlier.user_id = v_period.user_id
      and earlier.period_start < v_period.period_start
      and earlier.period_end > v_period.period_start;
    insert into public.quota_usages
      (organization_id, meter_id, user_id, period, period_start, period_end)
    values (
      v_period.organization_id, 'session_minutes', '00000000-0000-0000-0000-000000000000',
      'month', v_period.period_start, v_period.period_end
    )
    on conflict do nothing;
  end if;

  v_minutes := round(v_period.used_seconds / 60.0, 4) - v_period.booked_minutes;
  if v_minutes <= 0 or (v_minutes < 1 and not p_is_due) then
    return;
  end if;
  update public.usage_periods as period
  set booked_minutes = period.booked_minutes + v_minutes
  from private.add_usage(
    p_session.organization_id, p_session.user_id, 'session_minutes', v_minutes,
    private.current_time_utc(), p_at,
    jsonb_build_object('session_id', p_session.id, 'topic', p_session.topic), true
  ) as booked
  where period.organization_id = v_period.organization_id
    and period.user_id = v_period.user_id
    and period.period_start = v_period.period_start
    and booked.outcome = 'recorded';
end
$$;

comment on function private.count_period(
  private.metered_sessions, timestamptz, integer, integer, integer, boolean
) is 'Adds seconds of a session to the period of its user, and to the usage ledger.';

-- private/count_session.sql
/*
 * Counts what a session has used from its last sign of life until p_until, which its lease covers:
 * into the session, the period of its user, and minute by minute into the usage ledger. Where a
 * period ends or a day begins in between, each part is counted where it belongs. p_next_at: from when
 * on the session counts again, infinity when it has ended; a period or day that is over by then is
 * booked to the second. Returns the session, not yet stored. The caller holds the gate.
 */
create function private.count_session(
  p_session private.metered_sessions,
  p_until timestamptz,
  p_next_at timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_from timestamptz := p_session.last_heartbeat_at;
  v_until timestamptz;
  v_boundary timestamptz;
  v_seconds integer;
  v_bought_seconds integer;
begin
  if p_next_at = 'infinity' and v_from >= p_until and v_session.used_seconds > 0 then
    perform private.count_period(v_session, v_from - interval '1 second', 0, 0, 0, true);
  end if;
  while v_from < p_until loop
    v_boundary := private.session_boundary(v_session.organization_id, v_from);
    v_until := least(p_until, v_boundary);
    -- From the start of the span, so that a period that begins within a second loses none.
    v_seconds := floor(extract(epoch from v_until - p_session.last_heartbeat_at))
      - v_session.used_seconds + p_session.used_seconds;
    v_bought_seconds := floor(greatest(extract(epoch from v_until - greatest(
      v_session.included_until, p_session.last_heartbeat_at
    )), 0)) - v_session.bought_seconds + p_session.bought_seconds;
    v_session.used_seconds := v_session.used_seconds + v_seconds;
    v_session.bought_seconds := v_session.bought_seconds + v_bought_seconds;
    v_session.hold_used_seconds := v_session.hold_used_seconds + v_bought_seconds;
    perform private.count_period(
      v_session, v_from, v_seconds - v_bought_seconds, v_bought_seconds, 0,
      p_next_at >= v_boundary
    );
    v_from := v_until;
  end loop;
  v_session.last_heartbeat_at := v_from;
  return v_session;
end
$$;

comment on function private.count_session(private.metered_sessions, timestamptz, timestamptz)
  is 'Counts what a session has used since its last sign of life.';

-- private/count_usage.sql
/*
 * What consume_quota and record_usage have in common: decides a batch of uses in order and writes the
 * accepted ones. p_source is consumed or recorded; only consumed asks the limits. Gate: the balance
 * row of each organization, so limits hold under any concurrency and the ledger's sequence is in
 * order of commit.
 */
create function private.count_usage(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_event_ats timestamptz[],
  p_metadata jsonb[],
  p_source text
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_entries private.usage_entry[];
begin
  perform private.require_batch(
    cardinality(p_organization_ids), cardinality(p_user_ids), cardinality(p_meter_ids),
    cardinality(p_amounts), cardinality(p_idempotency_keys), cardinality(p_event_ats),
    cardinality(p_metadata)
  );
  v_at := private.lock_balances(p_organization_ids);
  v_entries := private.usage_entries(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys, p_event_ats,
    p_metadata, p_source, v_at
  );
  v_entries := coalesce(
    private.decide_usage_plain(v_entries, p_source <> 'consumed'),
    private.decide_usage(v_entries, p_source <> 'consumed')
  );
  perform private.write_usage(v_entries, v_at);
  perform private.note_over_limits(v_entries, v_at);

  return query
  select
    entry.item, entry.outcome,
    case when entry.outcome in ('recorded', 'replayed') then entry.id end,
    entry.amount, entry.decision
  from unnest(v_entries) as entry
  order by entry.item;
end
$$;

comment on function private.count_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[], text
) is 'Decides a batch of uses of meters in order and writes the accepted ones.';

-- private/counted_requests.sql
/*
 * The requests that count against the rate limits of a capability: open and settled reservations of
 * the last minute, the last hour, and the day so far. Reads as far back as the limits need and
 * nothing where there is none. `times` are when they were made, newest first.
 */
create function private.counted_requests(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
  p_at timestamptz
)
returns table (in_minute bigint, in_hour bigint, in_day bigint, times timestamptz[])
language sql
stable
as $$
  select
    count(*) filter (where made.created_at > bound.minute_start),
    count(*) filter (where made.created_at > bound.hour_start),
    count(*) filter (where made.created_at >= bound.day_start),
    array_agg(made.created_at order by made.created_at desc)
  from (
    select
      p_at - interval '1 minute' as minute_start,
      p_at - interval '1 hour' as hour_start,
      date_trunc('day', p_at, 'UTC') as day_start
    -- Without it the planner writes the terms into the places that use them, and reckons each row.
    offset 0
  ) as bound
  join private.credit_holds as made
    on made.organization_id = p_organization_id
    and made.capability_id = p_capability_id
    and coalesce(made.ended_as, 'settled') = 'settled'
    and made.id >= private.first_uuid_at(
      least(
        case when p_day_limit is not null then bound.day_start end,
        case when p_hour_limit is not null then bound.hour_start end,
        case when p_minute_limit is not null then bound.minute_start end
      )
    )
  where coalesce(p_minute_limit, p_hour_limit, p_day_limit) is not null
$$;

comment on function private.counted_requests(uuid, text, integer, integer, integer, timestamptz)
  is 'Requests that count against the rate limits of a capability.';

-- private/counter_key.sql
/* Names a counter of an organization in the arithmetic of a batch. */
create function private.counter_key(
  p_user_id uuid,
  p_meter_id text,
  p_period text,
  p_day date,
  p_period_start timestamptz
)
returns text
language sql
stable
parallel safe
as $$
  select concat_ws(
    '|', p_user_id, p_meter_id, p_period,
    case p_period when 'day' then p_day::text when 'month' then extract(epoch from p_period_start)::text end
  )
$$;

comment on function private.counter_key(uuid, text, text, date, timestamptz)
  is 'Names a counter of an organization in the arithmetic of a batch.';

-- private/credit_cap_refusal.sql
/*
 * member_cap_exceeded when a member has a cap on credits that so many more would pass, else null. What
 * he holds counts as well as what he has used. Without any cap in the organization it reads nothing
 * but the balance row.
 */
create function private.credit_cap_refusal(
  p_organization_id uuid,
  p_user_id uuid,
  p_amount_credits numeric,
  p_at timestamptz
)
returns text
language sql
stable
as $$
  select 'member_cap_exceeded'
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id
    and balance.has_member_caps
    and exists (
      select
      from private.quota_state(p_organization_id, p_user_id, 'credits', p_at) as cap
      where cap.used_amount + cap.held_amount + p_amount_credits > cap.limit_amount
    )
$$;

comment on function private.credit_cap_refusal(uuid, uuid, numeric, timestamptz)
  is 'member_cap_exceeded when so many more credits would pass a cap of the member.';

-- private/credit_charges_by_day.sql
/*
 * Charges of the credit ledger after one row and up to another, summed by day of the organization's
 * time zone, in all and by each of what they can be broken down by: what a fold adds to the roll-up,
 * and what a query adds for the rows behind the mark. A p_dimension of null is all of them.
 */
create function private.credit_charges_by_day(
  p_organization_id uuid,
  p_after_sequence bigint,
  p_to_sequence bigint,
  p_dimension text
)
returns table (
  organization_id uuid,
  dimension text,
  day date,
  key text,
  used_credits numeric,
  entries bigint
)
language sql
stable
as $$
  select
    p_organization_id,
    way.dimension,
    (charge.event_at at time zone subscription.time_zone)::date,
    coalesce(
      case way.dimension
        when 'none' then ''
        when 'capability' then charge.capability_id
        when 'level' then charge.quality_level_id
        when 'model' then charge.model_id
        when 'member' then charge.user_id::text
      end,
      ''
    ),
    -sum(charge.amount_credits),
    count(*)
  from public.credit_transactions as charge
  join public.org_plans as subscription
    on subscription.organization_id = charge.organization_id
  -- Not lateral: which ways are wanted is decided once, not for each charge.
  cross join (values ('none'), ('capability'), ('level'), ('model'), ('member')) as way (dimension)
  where charge.organization_id = p_organization_id
    and charge.sequence > p_after_sequence
    and charge.sequence <= p_to_sequence
    and charge.type = 'ai_consumption'
    and (p_dimension is null or way.dimension = p_dimension)
  group by 2, 3, 4
$$;

comment on function private.credit_charges_by_day(uuid, bigint, bigint, text)
  is 'Charges of a part of the credit ledger, summed by day and what they were for.';

-- private/credit_position.sql
/*
 * What an organization has if everything due were done at p_at: expired grants gone but for what
 * open holds need, overdue holds given back, the month's credits of a new period granted. It is what
 * a reservation would find, without touching anything: reserve_credits does those things before it
 * refuses. Only a rollover into a period that nobody has started yet is left out.
 */
create function private.credit_position(p_organization_id uuid, p_at timestamptz)
returns table (available_credits numeric)
language sql
stable
as $$
  select after_expiry.posted_credits - after_expiry.reserved_credits
  from public.organization_credit_balances as balance
  -- What is seldom due is asked for inside of each lookup: as a condition of the join it would be
  -- tested when all rows have been read.
  cross join lateral (
    select sum(hold.amount_credits) as credits
    from private.open_holds as hold
    where balance.next_hold_expires_at <= p_at
      and hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at <= p_at
  ) as overdue
  cross join lateral (
    select max(lot.expires_at) as at
    from public.credit_grants as lot
    where balance.next_grant_expires_at <= p_at
      and lot.organization_id = balance.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
      and lot.expires_at <= p_at
  ) as last_expiry
  -- The same rule as in expire_due_grants: what holds made before the expiry need is kept.
  cross join lateral (
    select sum(hold.amount_credits) as credits
    from private.open_holds as hold
    where last_expiry.at is not null
      and balance.reserved_credits > 0
      and hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at > p_at
      and hold.created_at < last_expiry.at
  ) as needed
  cross join lateral (
    select
      coalesce(
        sum(lot.remaining_credits)
          filter (where lot.expires_at > p_at and lot.effective_at < last_expiry.at),
        0
      ) as good_credits,
      coalesce(sum(lot.remaining_credits) filter (where lot.expires_at <= p_at), 0)
        as expired_credits
    from public.credit_grants as lot
    where last_expiry.at is not null
      and lot.organization_id = balance.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
  ) as lots
  -- The same rule as in start_due_periods.
  left join lateral (
    select
      case
        when ended.pending_change_at <= ended.period_end then plan.monthly_ai_credits
        else ended.monthly_ai_credits
      end as credits
    from public.org_plans as ended
    left join public.plans as plan on plan.id = coalesce(ended.pending_plan_id, 'free')
    where balance.period_end <= p_at
      and ended.organization_id = balance.organization_id
      and ended.period_end <= p_at
      and (
        ended.stripe_subscription_id is null
        or (ended.pending_plan_id is null and ended.pending_change_at <= ended.period_end)
      )
      and (
        ended.status not in ('unpaid', 'paused', 'canceled')
        or (ended.pending_change_at <= ended.period_end and ended.pending_plan_id is null)
      )
    offset 0
  ) as allocation on true
  cross join lateral (
    select
      balance.reserved_credits - coalesce(overdue.credits, 0) as reserved_credits,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits - coalesce(
        lots.expired_credits - least(
          lots.expired_credits,
          greatest(coalesce(needed.credits, 0) - lots.good_credits, 0)
        ),
        0
      ) + coalesce(allocation.credits, 0) as posted_credits
  ) as after_expiry
  where balance.organization_id = p_organization_id
$$;

comment on function private.credit_position(uuid, timestamptz)
  is 'Available credits as a reservation would find them, without touching anything.';

-- private/credits_for_sessions.sql
/*
 * What a member may spend on minutes of sessions now: what is available, and no more than the closest
 * of his caps on credits leaves him. Null when there is no such organization. The caller holds the gate.
 */
create function private.credits_for_sessions(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz
)
returns numeric
language sql
stable
as $$
  select greatest(
    least(
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits
        - balance.reserved_credits,
      case
        when balance.has_member_caps then (
          select min(trunc(cap.limit_amount - cap.used_amount - cap.held_amount, 2))
          from private.quota_state(p_organization_id, p_user_id, 'credits', p_at) as cap
        )
      end
    ),
    0
  )
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id
$$;

comment on function private.credits_for_sessions(uuid, uuid, timestamptz)
  is 'Credits that a member may spend on minutes of sessions now.';

-- private/credits_on_account.sql
/*
 * How many credits an organization could still get on account in its period, null when it gets none:
 * `refusal` says why (off, not_allowed: the plan, no subscription or one that ends, so that no invoice
 * will come, or it is not paid, because what is owed comes first). Reads only; grant_on_account asks it again under the gate.
 */
create function private.credits_on_account(
  p_organization_id uuid,
  out refusal text,
  out left_credits numeric,
  out credit_price_usd numeric
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case
      when setting.pay_as_you_go_enabled is not true then 'off'
      when not plan.pay_as_you_go_allowed
        or subscription.stripe_subscription_id is null
        or subscription.status <> 'active'
        or (subscription.pending_change_at is not null and subscription.pending_plan_id is null)
        or exists (
          select
          from public.credit_purchases as owed
          where owed.organization_id = p_organization_id
            and owed.kind = 'pay_as_you_go'
            and (
              owed.status = 'failed'
              -- Its invoice should have come: that of an earlier subscription never does.
              or (
                owed.status = 'processing'
                and owed.created_at < subscription.period_start - interval '3 days'
              )
            )
        ) then 'not_allowed'
    end,
    setting.pay_as_you_go_limit_credits - coalesce(
      (
        select sum(given.credits)
        from public.credit_purchases as given
        where given.organization_id = p_organization_id
          and given.kind = 'pay_as_you_go'
          and given.created_at >= subscription.period_start
      ),
      0
    ),
    plan.pay_as_you_go_credit_price_usd
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  left join public.billing_settings as setting
    on setting.organization_id = subscription.organization_id
  where subscription.organization_id = p_organization_id
$$;

comment on function private.credits_on_account(uuid)
  is 'How many credits an organization could still get on account in its period, and at what price.';

-- private/credits_within_reach.sql
/*
 * What a hold could take: what is available and, only where that is too little, what the
 * organization would get on account. So the check says no sooner than the reservation does.
 */
create function private.credits_within_reach(
  p_organization_id uuid,
  p_amount_credits numeric,
  p_available_credits numeric
)
returns numeric
language sql
stable
as $$
  select case
    when p_amount_credits > p_available_credits then p_available_credits + coalesce(
      (
        select account.left_credits
        from private.credits_on_account(p_organization_id) as account
        where account.refusal is null
      ),
      0
    )
    else p_available_credits
  end
$$;

comment on function private.credits_within_reach(uuid, numeric, numeric)
  is 'Available credits and, where they are too few, those to be had on account.';

-- private/current_time_utc.sql
/*
 * The one clock of the product: the time of this very call, so a caller that waited for a lock sees
 * the time after the wait. A test sets it for its database or session:
 *   alter database … set purser.clock = '2026-01-31 12:00:00+00'
 */
create function private.current_time_utc()
returns timestamptz
language sql
volatile
parallel safe
as $$
  select coalesce(
    nullif(current_setting('purser.clock', true), '')::timestamptz,
    clock_timestamp()
  )
$$;

comment on function private.current_time_utc() is 'The time; a test sets it by the setting purser.clock.';

-- private/decide_reservations.sql
/*
 * Decides the items of a batch one after the other, as if each had come alone: an item sees the
 * credits, the requests and the keys that earlier items of its organization took. Items come sorted
 * by organization and then by item, and go back the same way with outcome set. Writes nothing.
 */
create function private.decide_reservations(
  p_candidates private.reservation_candidate[],
  p_at timestamptz
)
returns private.reservation_candidate[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidates private.reservation_candidate[] := p_candidates;
  v_item private.reservation_candidate;
  v_first private.reservation_candidate;
  v_organization_id uuid;
  v_available_credits numeric;
  v_requests jsonb;
  v_keys jsonb;
  v_taken integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_candidates), 0) loop
    v_item := v_candidates[v_index];
    if v_item.organization_id is distinct from v_organization_id then
      v_organization_id := v_item.organization_id;
      v_available_credits := v_item.available_credits;
      v_requests := '{}';
      v_keys := '{}';
    end if;

    if v_keys ? v_item.idempotency_key then
      v_first := v_candidates[(v_keys ->> v_item.idempotency_key)::integer];
      if v_first.request_fingerprint = v_item.request_fingerprint then
        v_item.outcome := 'replayed';
      else
        v_item.outcome := 'idempotency_conflict';
      end if;
      v_item.reservation_id := v_first.reservation_id;
      v_item.quality_level_id := v_first.quality_level_id;
      v_item.model_id := v_first.model_id;
      v_item.amount_credits := v_first.amount_credits;
      v_item.expires_at := v_first.expires_at;
    elsif v_item.outcome is null then
      v_taken := coalesce((v_requests ->> v_item.capability_id)::integer, 0);
      v_item.outcome := coalesce(
        private.limits_refusal(
          v_item.minute_limit, v_item.minute_used + v_taken,
          v_item.hour_limit, v_item.hour_used + v_taken,
          v_item.day_limit, v_item.day_used + v_taken,
          v_item.amount_credits, v_available_credits
        ),
        'reserved'
      );
      if v_item.outcome = 'reserved' then
        v_available_credits := v_available_credits - v_item.amount_credits;
        v_requests := v_requests || jsonb_build_object(v_item.capability_id, v_taken + 1);
        v_keys := v_keys || jsonb_build_object(v_item.idempotency_key, v_index);
      elsif v_item.outcome = 'rate_limited' then
        v_item.retry_after_seconds := private.retry_after_seconds(
          v_item.organization_id, v_item.capability_id,
          v_item.minute_limit, v_item.hour_limit, v_item.day_limit, v_taken, p_at
        );
      end if;
    end if;
    v_candidates[v_index] := v_item;
  end loop;
  return v_candidates;
end
$$;

comment on function private.decide_reservations(private.reservation_candidate[], timestamptz)
  is 'Decides items in order, each in view of the ones before it.';

-- private/decide_settlements.sql
/*
 * Decides the items of a batch one after the other, as if each had come alone: how much of the
 * actual cost can be charged after what the items before it took. Above its hold a settlement takes
 * what is available, then the overdraft; the rest is shortfall. A hold that has expired is no hold:
 * all of the cost is above it. Items come sorted by organization and then by item. Writes nothing.
 */
create function private.decide_settlements(p_candidates private.settlement_candidate[])
returns private.settlement_candidate[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidates private.settlement_candidate[] := p_candidates;
  v_item private.settlement_candidate;
  v_first private.settlement_candidate;
  v_organization_id uuid;
  v_headroom_credits numeric;
  v_held_credits numeric;
  v_settled jsonb;
begin
  for v_index in 1 .. coalesce(cardinality(v_candidates), 0) loop
    v_item := v_candidates[v_index];
    if v_item.organization_id is distinct from v_organization_id then
      v_organization_id := v_item.organization_id;
      v_headroom_credits := v_item.headroom_credits;
      v_settled := '{}';
    end if;

    if v_settled ? v_item.reservation_id::text then
      v_first := v_candidates[(v_settled ->> v_item.reservation_id::text)::integer];
      v_item.status := 'settled';
      v_item.charged_credits := v_first.charged_credits;
      v_item.released_credits := v_first.released_credits;
      v_item.shortfall_credits := v_first.shortfall_credits;
      v_item.settled_by_item := v_first.item;
      if v_first.settlement_fingerprint = v_item.settlement_fingerprint then
        v_item.outcome := 'replayed';
      else
        v_item.outcome := 'idempotency_conflict';
      end if;
    elsif v_item.outcome is null then
      v_held_credits := case when v_item.status = 'reserved' then v_item.held_credits else 0 end;
      v_item.charged_credits := least(
        v_item.actual_credits, v_held_credits + greatest(v_headroom_credits, 0)
      );
      v_item.released_credits := v_item.held_credits
        - least(v_item.charged_credits, v_held_credits);
      v_item.shortfall_credits := v_item.actual_credits - v_item.charged_credits;
      v_item.outcome := 'settled';
      v_headroom_credits := v_headroom_credits - v_item.charged_credits + v_held_credits;
      v_settled := v_settled || jsonb_build_object(v_item.reservation_id, v_index);
    end if;
    v_candidates[v_index] := v_item;
  end loop;
  return v_candidates;
end
$$;

comment on function private.decide_settlements(private.settlement_candidate[])
  is 'Decides what each settlement of a batch charges, each in view of the ones before it.';

-- private/decide_usage.sql
/*
 * Decides uses of meters one after the other, as if each had come alone: an item sees what earlier
 * items of its organization took, and the keys that they used. Items come sorted by organization and
 * then by item, and go back the same way with outcome and decision set. p_is_forced: what has
 * happened is recorded whatever the limits say. Writes nothing; the caller holds the gates.
 */
create function private.decide_usage(
  p_entries private.usage_entry[],
  p_is_forced boolean
)
returns private.usage_entry[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entries private.usage_entry[] := p_entries;
  v_entry private.usage_entry;
  v_first private.usage_entry;
  v_organization_id uuid;
  v_rules jsonb;
  v_taken jsonb;
  v_keys jsonb;
  v_rules_key text;
  v_counter text;
begin
  for v_index in 1 .. cardinality(v_entries) loop
    v_entry := v_entries[v_index];
    if v_entry.organization_id is distinct from v_organization_id then
      v_organization_id := v_entry.organization_id;
      v_rules := '{}';
      v_taken := '{}';
      v_keys := '{}';
    end if;

    if v_keys ? v_entry.idempotency_key then
      v_first := v_entries[(v_keys ->> v_entry.idempotency_key)::integer];
      v_entry.outcome := case
        when v_first.request_fingerprint = v_entry.request_fingerprint then 'replayed'
        else 'idempotency_conflict'
      end;
      v_entry.id := v_first.id;
      v_entry.decision := v_first.decision;
    elsif v_entry.outcome is null then
      v_rules_key := concat_ws('|', v_entry.user_id, v_entry.meter_id, v_entry.event_at);
      if not v_rules ? v_rules_key then
        v_rules := v_rules || jsonb_build_object(v_rules_key, (
          select jsonb_agg(to_jsonb(rule))
          from private.quota_state(
            v_entry.organization_id, v_entry.user_id, v_entry.meter_id, v_entry.event_at
          ) as rule
        ));
      end if;
      v_entry.decision := private.judge_usage(
        v_rules -> v_rules_key, v_taken, v_entry.meter_id, v_entry.amount, p_is_forced
      );
      v_entry.outcome := case
        when v_rules -> v_rules_key @> '[{"scope_user_id": null}]' and not p_is_forced
          then 'user_required'
        when v_entry.amount < 0 and private.is_below_zero(v_entry, v_taken) then 'below_zero'
        else v_entry.decision ->> 'outcome'
      end;
      v_entry.decision := v_entry.decision - 'outcome';
      if v_entry.outcome = 'recorded' then
        if v_entry.idempotency_key is not null then
          v_keys := v_keys || jsonb_build_object(v_entry.idempotency_key, v_index);
        end if;
        for v_counter in
          select private.counter_key(
            scope.user_id, v_entry.meter_id, period.name, v_entry.day, v_entry.period_start
          )
          from unnest(array[
            '00000000-0000-0000-0000-000000000000', v_entry.user_id
          ]) as scope (user_id)
          cross join unnest(array['day', 'month', 'none']) as period (name)
          where scope.user_id is not null
        loop
          v_taken := v_taken || jsonb_build_object(
            v_counter, coalesce((v_taken ->> v_counter)::numeric, 0) + v_entry.amount
          );
        end loop;
      end if;
    end if;
    v_entries[v_index] := v_entry;
  end loop;
  return v_entries;
end
$$;

comment on function private.decide_usage(private.usage_entry[], boolean)
  is 'Decides uses of meters in order, each in view of the ones before it.';

-- private/decide_usage_plain.sql
/*
 * The usual batch of decide_usage, judged by one statement: even if all items are accepted no limit
 * refuses any, no level falls below zero, and no key comes twice. Then each item saw exactly those
 * before it. Answers null when that is not so: then they are decided one by one. Items with an outcome
 * keep it. The caller holds the gates.
 */
create function private.decide_usage_plain(
  p_entries private.usage_entry[],
  p_is_forced boolean
)
returns private.usage_entry[]
language sql
stable
as $$
  with entry as materialized (
    select asked.*
    from unnest(p_entries) with ordinality as asked (
      item, organization_id, user_id, meter_id, kind, amount, source, event_at, day, day_start,
      day_end, period_start, period_end, reservation_id, idempotency_key, request_fingerprint,
      metadata, id, outcome, decision, place
    )
  ),
  state as materialized (
    select asked.organization_id, asked.user_id, asked.meter_id, asked.event_at, rule.*
    from (
      select distinct entry.organization_id, entry.user_id, entry.meter_id, entry.event_at
      from entry
      where entry.outcome is null
    ) as asked
    cross join lateral private.quota_state(
      asked.organization_id, asked.user_id, asked.meter_id, asked.event_at
    ) as rule
  ),
  -- What each item adds to which counter, with what it and those before it add together.
  part as materialized (
    select
      entry.place, scope.user_id as scope_user_id, named.period,
      sum(entry.amount) over (
        partition by
          entry.organization_id, entry.meter_id, scope.user_id, named.period,
          case named.period when 'day' then entry.day end,
          case named.period when 'month' then entry.period_start end
        order by entry.place
        rows unbounded preceding
      ) as added_amount
    from entry
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', entry.user_id]
    ) as scope (user_id)
    cross join lateral unnest(
      case entry.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    where entry.outcome is null and scope.user_id is not null
  ),
  ruled as materialized (
    select
      entry.place, entry.amount, state.level, state.period, state.limit_amount,
      state.warn_ratios, state.held_amount, state.period_end, state.source,
      state.used_amount + part.added_amount as used_after,
      entry.amount > 0 and not p_is_forced
        and coalesce(
          state.used_amount + part.added_amount + state.held_amount > state.ceiling_amount, false
        ) as is_refusing,
      state.scope_user_id is null and not p_is_forced as is_nobodys
    from entry
    join state
      on state.organization_id = entry.organization_id
      and state.user_id is not distinct from entry.user_id
      and state.meter_id = entry.meter_id
      and state.event_at = entry.event_at
    left join part
      on part.place = entry.place
      and part.scope_user_id = state.scope_user_id
      and part.period = state.period
    where entry.outcome is null
  ),
  told as materialized (
    select distinct on (ruled.place)
      ruled.place,
      jsonb_build_object(
        'level', ruled.level,
        'period', ruled.period,
        'limit', ruled.limit_amount,
        'used', ruled.used_after,
        'held', ruled.held_amount,
        'remaining', case
          when ruled.limit_amount is not null
            then greatest(ruled.limit_amount - ruled.used_after - ruled.held_amount, 0)
        end,
        'over_limit',
          coalesce(ruled.used_after + ruled.held_amount > ruled.limit_amount, false),
        'resets_at', nullif(ruled.period_end, 'infinity'),
        'warning', max(reached.ratio) over (partition by ruled.place),
        'source', ruled.source
      ) as decision
    from ruled
    left join lateral (
      select max(part.ratio) as ratio
      from unnest(ruled.warn_ratios) as part (ratio)
      where ruled.limit_amount is not null
        and ruled.used_after + ruled.held_amount
          >= greatest(part.ratio * ruled.limit_amount, 0.0001)
    ) as reached on true
    order by
      ruled.place,
      ruled.limit_amount - (ruled.used_after - ruled.amount) - ruled.held_amount nulls last,
      ruled.level,
      ruled.period
  )
  select array_agg(
    row(
      entry.item, entry.organization_id, entry.user_id, entry.meter_id, entry.kind, entry.amount,
      entry.source, entry.event_at, entry.day, entry.day_start, entry.day_end,
      entry.period_start, entry.period_end, entry.reservation_id, entry.idempotency_key,
      entry.request_fingerprint, entry.metadata, entry.id,
      coalesce(entry.outcome, 'recorded'), coalesce(entry.decision, told.decision)
    )::private.usage_entry
    order by entry.place
  )
  from entry
  left join told on told.place = entry.place
  having not exists (select from ruled where ruled.is_refusing or ruled.is_nobodys)
    and not exists (select from entry where entry.amount < 0 and entry.outcome is null)
    and count(entry.idempotency_key) = count(distinct (entry.organization_id, entry.idempotency_key))
      filter (where entry.idempotency_key is not null)
    and bool_and(entry.outcome is not null or told.place is not null)
$$;

comment on function private.decide_usage_plain(private.usage_entry[], boolean)
  is 'Decides uses of meters of which nothing speaks against any; else null.';

-- private/defined_capability_offers.sql
/*
 * The rows that private.capability_offers shall have: capability_offer() for each plan, capability and
 * level that there is, and for none asked for, with a row for each time from which it differs.
 */
create function private.defined_capability_offers()
returns setof private.capability_offers
language sql
stable
as $$
  select
    told.plan_id, told.capability_id, told.asked_level_id, told.valid_from,
    told.quality_level_id, told.estimated_credits, told.model_id, told.minute_limit,
    told.hour_limit, told.day_limit, told.allowed_quality_levels, told.denial
  from (
    select
      plan.id as plan_id,
      capability.id as capability_id,
      asked.level_id as asked_level_id,
      change.at as valid_from,
      offer.*,
      lag(offer) over (
        partition by plan.id, capability.id, asked.level_id order by change.at
      ) is not distinct from offer as is_as_before
    from public.plans as plan
    cross join public.ai_capabilities as capability
    cross join (
      select '' as level_id
      union all
      select level.id from public.quality_levels as level
    ) as asked
    cross join lateral (
      select timestamptz '-infinity' as at
      union
      select edge.at
      from public.ai_capability_quality_levels as priced
      cross join lateral (values (priced.effective_from), (priced.effective_to)) as edge (at)
      where priced.capability_id = capability.id
        and asked.level_id in ('', priced.quality_level_id)
        and edge.at is not null
      union
      select edge.at
      from public.plan_quality_level_models as mapping
      cross join lateral (values (mapping.effective_from), (mapping.effective_to)) as edge (at)
      where mapping.plan_id = plan.id
        and mapping.capability_id = capability.id
        and asked.level_id in ('', mapping.quality_level_id)
        and edge.at is not null
    ) as change
    cross join lateral private.capability_offer(
      plan.id, capability.id, nullif(asked.level_id, ''), change.at
    ) as offer
  ) as told
  where not told.is_as_before
$$;

comment on function private.defined_capability_offers()
  is 'The rows that private.capability_offers shall have, as the catalogue is now.';

-- private/due_auto_topups.sql
/*
 * Job: organizations that may need an automatic purchase, in the order of their ids from a place on.
 * A cheap look without locks; claim_auto_topup() decides.
 */
create function private.due_auto_topups(p_limit integer, p_after_organization_id uuid)
returns table (organization_id uuid)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select setting.organization_id
  from public.billing_settings as setting
  join public.organization_credit_balances as balance
    on balance.organization_id = setting.organization_id
  where setting.auto_topup_enabled
    and setting.auto_topup_stopped_reason is null
    and setting.organization_id > p_after_organization_id
    and balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits < setting.auto_topup_threshold_credits
  order by setting.organization_id
  limit p_limit
$$;

comment on function private.due_auto_topups(integer, uuid)
  is 'Job: organizations that may need an automatic purchase.';

grant execute on function private.due_auto_topups(integer, uuid) to purser_api;

-- private/due_sessions.sql
/*
 * Sessions that have ended by themselves but are still written down as active, at most p_limit, of
 * organizations after one. The index of active sessions serves it: what is read are those that run.
 */
create function private.due_sessions(
  p_at timestamptz,
  p_limit integer,
  p_after_organization_id uuid
)
returns table (organization_id uuid, session_id uuid)
language sql
stable
as $$
  select session.organization_id, session.id
  from private.metered_sessions as session
  cross join lateral public.session_state(session, p_at) as state
  where session.status = 'active'
    and session.organization_id > p_after_organization_id
    and state.status = 'ended'
  order by session.organization_id, session.id
  limit p_limit
$$;

comment on function private.due_sessions(timestamptz, integer, uuid)
  is 'Sessions whose end is not written down yet.';

-- private/end_session.sql
/*
 * Ends a session, for user_ended, error or timeout. What was used since the last heartbeat is
 * counted as far as the lease goes; after an error it is not, as nobody can say when it stopped. But
 * who has had the minutes does not tell that they were not used: without p_is_witness, as for a
 * person, the report of an error is a sign of life like any other.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Replay: a session that has ended, by whatever, stays as it is and is
 * answered. Outcomes: ended, session_not_found, invalid_reason.
 */
create function private.end_session(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid,
  p_reason text,
  p_is_witness boolean
)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  elsif (p_reason in ('user_ended', 'error', 'timeout')) is not true then
    return private.session_answer('invalid_reason', v_session, v_at);
  end if;
  if p_reason = 'error' and not p_is_witness then
    v_session := private.move_session(v_session, v_at, true, null);
  end if;
  v_session := private.move_session(v_session, v_at, false, p_reason);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.end_session(uuid, uuid, uuid, text, boolean)
  is 'Ends a live session; a second time answers the first end.';

grant execute on function private.end_session(uuid, uuid, uuid, text, boolean) to purser_api;

-- private/expire_due_grants.sql
/*
 * Takes away what expired grants still hold, except as much as open reservations need: a hold was
 * made on credits that were good at the time. So credits that came after the expiry, as those of
 * the next period, do not stand in for them, and holds made after it do not need them. What is kept
 * goes when the holds have ended. The grant that expired first gives first. The caller holds the
 * gate. Returns how many grants it touched.
 */
create function private.expire_due_grants(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
as $$
  with due as materialized (
    select
      balance.organization_id,
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
      last_expiry.at as last_expiry_at,
      coalesce(needed.credits, 0) as needed_credits
    from public.organization_credit_balances as balance
    left join lateral (
      select max(lot.expires_at) as at
      from public.credit_grants as lot
      where lot.organization_id = balance.organization_id
        and not lot.is_used_up
        and lot.closed_at is null
        and lot.expires_at <= p_at
    ) as last_expiry on true
    left join lateral (
      select sum(hold.amount_credits) as credits
      from private.open_holds as hold
      where hold.organization_id = balance.organization_id
        and hold.expires_at >= balance.next_hold_expires_at
        and hold.created_at < last_expiry.at
    ) as needed on balance.reserved_credits > 0
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= p_at
  ),
  -- Organizations without any lot are in it once, with nulls, so that their mark is moved on.
  lot as materialized (
    select
      due.organization_id,
      due.posted_credits,
      due.needed_credits,
      lot.id,
      lot.source,
      lot.remaining_credits,
      lot.expires_at,
      lot.expires_at <= p_at as is_expired,
      coalesce(
        sum(lot.remaining_credits)
          filter (where lot.expires_at > p_at and lot.effective_at < due.last_expiry_at)
          over (partition by due.organization_id),
        0
      ) as good_credits,
      coalesce(
        sum(lot.remaining_credits) filter (where lot.expires_at <= p_at)
          over (partition by due.organization_id),
        0
      ) as expired_credits,
      sum(lot.remaining_credits) over (
        partition by due.organization_id
        order by lot.expires_at, lot.priority, lot.id
        rows unbounded preceding
      ) - lot.remaining_credits as before_credits
    from due
    left join public.credit_grants as lot
      on lot.organization_id = due.organization_id
      and not lot.is_used_up
      and lot.closed_at is null
  ),
  taken as materialized (
    select
      lot.*,
      case
        when lot.is_expired then greatest(
          least(
            lot.remaining_credits,
            lot.expired_credits
              - least(lot.expired_credits, greatest(lot.needed_credits - lot.good_credits, 0))
              - lot.before_credits
          ),
          0
        )
        else 0
      end as amount_credits
    from lot
  ),
  expired as materialized (
    select
      taken.*,
      taken.posted_credits - sum(taken.amount_credits) over (
        partition by taken.organization_id
        order by taken.before_credits
        rows unbounded preceding
      ) as balance_after_credits
    from taken
    where taken.amount_credits > 0
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - expired.amount_credits,
      expired_credits = lot.expired_credits + expired.amount_credits,
      closed_at = case when lot.remaining_credits = expired.amount_credits then p_at end
    from expired
    where lot.id = expired.id
  ),
  recorded as (
    insert into public.credit_transactions
      (organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      expired.organization_id, 'expiry', -expired.amount_credits, expired.balance_after_credits,
      expired.id, p_at
    from expired
    order by expired.organization_id, expired.before_credits
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - total.monthly,
      bonus_credits = balance.bonus_credits - total.bonus,
      next_grant_expires_at = coalesce(total.next_expiry, 'infinity')
    from (
      -- Of one list only: a join of two lists would compare each organization with all others.
      select
        taken.organization_id,
        coalesce(sum(taken.amount_credits) filter (where taken.source = 'plan'), 0) as monthly,
        coalesce(sum(taken.amount_credits) filter (where taken.source <> 'plan'), 0) as bonus,
        min(taken.expires_at) filter (where taken.remaining_credits > taken.amount_credits)
          as next_expiry
      from taken
      group by taken.organization_id
    ) as total
    where balance.organization_id = total.organization_id
  )
  select count(*)::integer from expired
$$;

comment on function private.expire_due_grants(uuid[], timestamptz)
  is 'Expires grants of locked organizations, but not what open reservations need.';

-- private/expire_grants.sql
/*
 * Job: takes away what expired grants still hold, for at most p_limit organizations in a call, but
 * never what open reservations need (expire_due_grants). Whoever moves credits does the same for his
 * organization first; this job is for those that nobody touches. Takes the gates that are free and
 * skips the others, so it can run twice and in many places. The cursor (p_after_expires_at,
 * p_after_organization_id) passes over organizations whose holds still keep something, and over
 * those that failed. `processed` counts organizations, `grants` what was taken from.
 */
create function private.expire_grants(
  p_limit integer,
  p_after_expires_at timestamptz,
  p_after_organization_id uuid
)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  grants integer,
  after_expires_at timestamptz,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
-- A batch is read in the order of an index, whatever is due beyond it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
  v_organization_id uuid;
begin
  select
    array_agg(locked.organization_id order by locked.due_at, locked.organization_id),
    max(locked.due_at)
  into v_organization_ids, after_expires_at
  from (
    select balance.organization_id, least(balance.next_grant_expires_at, balance.period_end) as due_at
    from public.organization_credit_balances as balance
    where least(balance.next_grant_expires_at, balance.period_end) <= v_at
      and balance.next_grant_expires_at <= v_at
      and (least(balance.next_grant_expires_at, balance.period_end), balance.organization_id)
        > (p_after_expires_at, p_after_organization_id)
    order by least(balance.next_grant_expires_at, balance.period_end), balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;
  -- Nobody can write these ledgers any more: from here on the time is later than their last rows.
  v_at := private.current_time_utc();
  processed := coalesce(cardinality(v_organization_ids), 0);
  failed := 0;
  grants := 0;
  remaining := processed = p_limit;
  after_organization_id := v_organization_ids[processed];

  begin
    grants := private.expire_due_grants(v_organization_ids, v_at);
  exception when others then
    -- One of them is wrong: the others must not wait for it.
    foreach v_organization_id in array v_organization_ids loop
      begin
        grants := grants + private.expire_due_grants(array[v_organization_id], v_at);
      exception when others then
        failed := failed + 1;
        raise warning 'expiry for organization % failed: %', v_organization_id, sqlerrm;
      end;
    end loop;
  end;
  processed := processed - failed;
  return next;
end
$$;

comment on function private.expire_grants(integer, timestamptz, uuid)
  is 'Job: expires grants, skipping organizations that are busy.';

grant execute on function private.expire_grants(integer, timestamptz, uuid) to purser_api;

-- private/expire_kept_grants.sql
/*
 * After a hold ended: takes away what an expired grant kept for it, and returns what is available
 * then; 0 for an organization that has no account. The caller holds the gate.
 */
create function private.expire_kept_grants(p_organization_id uuid, p_at timestamptz)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.expire_due_grants(array[p_organization_id], p_at);
  return coalesce(
    (
      select
        balance.monthly_credits + balance.bonus_credits - balance.debt_credits
          - balance.reserved_credits
      from public.organization_credit_balances as balance
      where balance.organization_id = p_organization_id
    ),
    0
  );
end
$$;

comment on function private.expire_kept_grants(uuid, timestamptz)
  is 'Expires what was kept for holds that ended; returns the available credits.';

-- private/expire_overdue_holds.sql
/*
 * Gives back the credits of reservations that are past their time. The caller holds the gate, so a
 * settlement or an extension comes either before or after. Returns how many it closed.
 *
 * It reads the holds, ended ones as well, whose time came since next_hold_expires_at, then at most the
 * next 4,000: to the first open one among them, or else to the last, goes the mark. So a sweep is
 * short however many holds there are, and next time begins where this one has looked. The settings
 * leave the planner the index in its order, and so reading no more than that.
 */
create function private.expire_overdue_holds(p_organization_ids uuid[], p_at timestamptz)
returns integer
language sql
volatile
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
  with due as materialized (
    select balance.organization_id, balance.next_hold_expires_at
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_hold_expires_at <= p_at
  ),
  overdue as materialized (
    select hold.organization_id, hold.id
    from due
    join private.open_holds as hold
      on hold.organization_id = due.organization_id
      and hold.expires_at >= due.next_hold_expires_at
      and hold.expires_at <= p_at
  ),
  closed as (
    update private.credit_holds as hold
    set ended_as = 'expired', released_credits = hold.amount_credits, closed_at = p_at
    from overdue
    where hold.organization_id = overdue.organization_id
      and hold.id = overdue.id
      and hold.ended_as is null
    returning hold.organization_id, hold.amount_credits
  ),
  total as (
    select
      due.organization_id,
      (
        select coalesce(sum(closed.amount_credits), 0)
        from closed
        where closed.organization_id = due.organization_id
      ) as amount_credits,
      coalesce(
        (
          select near.expires_at
          from (
            select hold.id, hold.ended_as, hold.expires_at
            from private.credit_holds as hold
            where hold.organization_id = due.organization_id
              and hold.expires_at > p_at
              and hold.expires_at > '-infinity'
            order by hold.expires_at
            limit 4000
          ) as near
          where near.ended_as is null
            and (select charge.id from public.credit_transactions as charge where charge.id = near.id)
              is null
          order by near.expires_at
          limit 1
        ),
        (
          select hold.expires_at
          from private.credit_holds as hold
          where hold.organization_id = due.organization_id
            and hold.expires_at > p_at
            and hold.expires_at > '-infinity'
          order by hold.expires_at
          offset 3999
          limit 1
        ),
        'infinity'
      ) as next_expiry_at
    from due
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      reserved_credits = balance.reserved_credits - total.amount_credits,
      next_hold_expires_at = total.next_expiry_at
    from total
    where balance.organization_id = total.organization_id
  )
  select count(*)::integer from closed
$$;

comment on function private.expire_overdue_holds(uuid[], timestamptz)
  is 'Expires overdue reservations of locked organizations.';

-- private/expire_period_at.sql
/*
 * Sets when the credits of the running period end: those of the plan and what rolled over into it. A
 * billed period stays open for its grace, a canceled one ends with what was paid, and a renewal ends
 * the one before. The caller holds the gate, and expires what is due afterwards.
 */
create function private.expire_period_at(
  p_organization_id uuid,
  p_expires_at timestamptz,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.credit_grants as lot
  set
    -- One that began at this very moment did so just before: a lot has a time, however short.
    effective_at = least(lot.effective_at, p_expires_at - interval '1 microsecond'),
    expires_at = p_expires_at
  where lot.organization_id = p_organization_id
    and not lot.is_used_up
    and lot.closed_at is null
    and lot.source in ('plan', 'rollover')
    -- What is kept for a hold has expired and stays so.
    and lot.expires_at > p_at
    -- What another subscription paid for keeps its own end.
    and lot.effective_at >= coalesce(
      (
        select begun.applied_at - interval '1 microsecond'
        from public.org_plans as subscription
        join public.billing_invoice_lines as begun
          on begun.organization_id = subscription.organization_id
          and begun.id = subscription.period_line_id
        where subscription.organization_id = p_organization_id
      ),
      '-infinity'
    );
  update public.organization_credit_balances as balance
  set next_grant_expires_at = least(balance.next_grant_expires_at, p_expires_at)
  where balance.organization_id = p_organization_id;
$$;

comment on function private.expire_period_at(uuid, timestamptz, timestamptz)
  is 'Sets when the credits of the running period end.';

-- private/expire_purchase.sql
/*
 * Ends a purchase whose payment page was never opened, as after a crash: nobody can pay it. Gate: the
 * balance row. Answers whether it was so.
 */
create function private.expire_purchase(p_organization_id uuid, p_purchase_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
begin
  update public.credit_purchases as purchase
  set
    status = 'expired',
    failure_reason = 'The payment page was never opened.',
    closed_at = v_at,
    version = purchase.version + 1
  where purchase.organization_id = p_organization_id
    and purchase.id = p_purchase_id
    and purchase.kind = 'checkout'
    and purchase.status = 'open'
    and purchase.stripe_checkout_session_id is null
    and purchase.expires_at < v_at;
  return found;
end
$$;

comment on function private.expire_purchase(uuid, uuid)
  is 'Ends a purchase whose payment page was never opened.';

grant execute on function private.expire_purchase(uuid, uuid) to purser_api;

-- private/expire_reservations.sql
/*
 * Job: gives back the credits of reservations that are past their time, for at most p_limit
 * organizations in a call. Whoever moves credits does the same for his organization first; this job
 * is for those that nobody touches. Takes the gates that are free and skips the others, so it can
 * run in many places at once and never waits for traffic. `processed` counts reservations, and is
 * not 0 unless every organization with overdue ones is busy; `remaining` says whether there are any.
 */
create function private.expire_reservations(p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
begin
  select array_agg(locked.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.reserved_credits > 0
      and balance.next_hold_expires_at <= v_at
      and exists (
        select
        from private.open_holds as hold
        where hold.organization_id = balance.organization_id
          and hold.expires_at >= balance.next_hold_expires_at
          and hold.expires_at <= v_at
      )
    order by balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;

  processed := private.expire_overdue_holds(v_organization_ids, v_at);
  failed := 0;
  remaining := exists (
    select
    from public.organization_credit_balances as balance
    join private.open_holds as hold
      on hold.organization_id = balance.organization_id
      and hold.expires_at >= balance.next_hold_expires_at
      and hold.expires_at <= v_at
    where balance.reserved_credits > 0
      and balance.next_hold_expires_at <= v_at
  );
  return next;
end
$$;

comment on function private.expire_reservations(integer)
  is 'Job: expires overdue reservations, skipping organizations that are busy.';

grant execute on function private.expire_reservations(integer) to purser_api;

-- private/explain_ai_access.sql
/*
 * The whole decision of check_ai_access, for people who want to know why: subscription and plan,
 * where the level came from, the estimate and the price rows that apply, the limits with their use,
 * the credits, and every rule with its own verdict. The rule that bound is `reason`: the first in
 * the order of `rules` that did not pass. The overdraft is told and decides nothing: it pays for
 * costs above a hold. One statement, no side effect.
 */
create function private.explain_ai_access(
  p_organization_id uuid,
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  )
  select jsonb_build_object(
    'allowed', verdict.allowed,
    'reason', verdict.reason,
    'plan', subscription.plan_id,
    'subscription_status', subscription.status,
    'capability', p_capability_id,
    'quality_level', verdict.quality_level_id,
    'quality_level_from', case
      when p_quality_level_id is not null then 'request'
      when chosen.quality_level_id = verdict.quality_level_id then 'organization_default'
      else 'lowest_allowed'
    end,
    'allowed_quality_levels', verdict.allowed_quality_levels,
    'unlocked_by_plan', verdict.unlocked_by_plan,
    'retry_after_seconds', verdict.retry_after_seconds,
    'estimated_credits', verdict.estimated_credits,
    'estimate_effective_from', estimate.effective_from,
    'required_credits', coalesce(verdict.required_credits, 0),
    'available_credits', verdict.available_credits,
    'overdraft_credits', coalesce(balance.overdraft_credits, 0),
    'models', private.explain_models(
      subscription.plan_id, p_capability_id, verdict.quality_level_id, moment.at
    ),
    'rate_limits', verdict.rate_limits,
    'rules', jsonb_build_array(
      private.explain_rule(
        'subscription_inactive',
        subscription.status not in ('unpaid', 'paused', 'canceled')
          and coalesce(subscription.grace_ends_at > moment.at, true)
      ),
      private.explain_rule('capability_not_in_plan', included.plan_id is not null),
      private.explain_rule('capability_disabled', capability.is_active and coalesce(included.is_enabled, true)),
      private.explain_rule(
        'quality_level_not_allowed', verdict.quality_level_id = any (verdict.allowed_quality_levels)
      ),
      private.explain_rule(
        'rate_limited',
        not jsonb_path_exists(verdict.rate_limits, '$[*] ? (@.remaining == 0)')
      ),
      private.explain_rule(
        'insufficient_credits',
        verdict.required_credits <= private.credits_within_reach(
          p_organization_id, verdict.required_credits, verdict.available_credits
        )
      ),
      private.explain_rule(
        'member_cap_exceeded',
        private.credit_cap_refusal(
          p_organization_id, p_user_id, verdict.required_credits, moment.at
        ) is null
      )
    )
  )
  from moment
  cross join lateral private.check_ai_access(
    p_organization_id, p_user_id, p_capability_id, p_quality_level_id, p_amount_credits
  ) as verdict
  left join public.org_plans as subscription on subscription.organization_id = p_organization_id
  left join public.ai_capabilities as capability on capability.id = p_capability_id
  left join public.plan_ai_capabilities as included
    on included.plan_id = subscription.plan_id and included.capability_id = p_capability_id
  left join public.organization_quality_defaults as chosen
    on chosen.organization_id = p_organization_id and chosen.capability_id = p_capability_id
  left join public.organization_credit_balances as balance
    on balance.organization_id = p_organization_id
  left join lateral (
    select priced.effective_from
    from public.ai_capability_quality_levels as priced
    where priced.capability_id = p_capability_id
      and priced.quality_level_id = verdict.quality_level_id
      and priced.effective_from <= moment.at
      and (priced.effective_to is null or priced.effective_to > moment.at)
    order by priced.effective_from desc
    limit 1
  ) as estimate on true
$$;

comment on function private.explain_ai_access(uuid, uuid, text, text, numeric)
  is 'The whole decision of an access check: plan, level, price rows, limits, credits, and each rule.';

grant execute on function private.explain_ai_access(uuid, uuid, text, text, numeric) to purser_api;

-- private/explain_models.sql
/* Models that would serve, in order of preference, each with the price row that is in force. */
create function private.explain_models(
  p_plan_id text,
  p_capability_id text,
  p_quality_level_id text,
  p_at timestamptz
)
returns jsonb
language sql
stable
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'preference', model.preference,
        'model', model.model_id,
        'price_id', price.id,
        'price_effective_from', price.effective_from,
        'input_usd_per_million_tokens', price.input_usd_per_million_tokens,
        'cached_input_usd_per_million_tokens', price.cached_input_usd_per_million_tokens,
        'output_usd_per_million_tokens', price.output_usd_per_million_tokens
      )
      order by model.preference
    ),
    '[]'
  )
  from private.models_in_force(p_plan_id, p_capability_id, p_quality_level_id, p_at) as model
  left join lateral (
    select dated.*
    from public.llm_model_prices as dated
    where dated.model_id = model.model_id
      and dated.effective_from <= p_at
      and (dated.effective_to is null or dated.effective_to > p_at)
    order by dated.effective_from desc
    limit 1
  ) as price on true
$$;

comment on function private.explain_models(text, text, text, timestamptz)
  is 'Models that would serve, in order of preference, each with its price row.';

-- private/explain_quota.sql
/*
 * Every limit that applies to a meter, for people who want to know why: its value and where it comes
 * from (plan, override with who set it, why and until when, cap with who set it), what is used and
 * held, what is left, when it begins again, and whether it binds: the one with the least left does.
 * Null when there is no such meter or organization. One statement, no side effect.
 */
create function private.explain_quota(p_organization_id uuid, p_user_id uuid, p_meter_id text)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'meter', meter.id,
    'name', meter.name,
    'unit', meter.unit,
    'kind', meter.kind,
    'is_active', meter.is_active,
    'plan', subscription.plan_id,
    'time_zone', subscription.time_zone,
    'rules', coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'level', rule.level,
          'scope', case
            when rule.scope_user_id = '00000000-0000-0000-0000-000000000000' then 'organization'
            else 'user'
          end,
          'user_id', nullif(rule.scope_user_id, '00000000-0000-0000-0000-000000000000'),
          'period', rule.period,
          'limit', rule.limit_amount,
          'used', rule.used_amount,
          'held', rule.held_amount,
          'remaining', case
            when rule.limit_amount is not null
              then greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0)
          end,
          'is_hard', rule.is_hard,
          'burst_amount', rule.burst_amount,
          'grace_period_seconds', rule.grace_period_seconds,
          'grace_ends_at', rule.grace_ends_at,
          'refuses_above', rule.ceiling_amount,
          'warn_ratios', rule.warn_ratios,
          'period_start', nullif(rule.period_start, '-infinity'),
          'resets_at', nullif(rule.period_end, 'infinity'),
          'binds', rule.place = 1 and rule.limit_amount is not null,
          'source', rule.source
        )
        order by rule.place
      )
      from (
        select
          state.*,
          row_number() over (
            order by
              state.limit_amount - state.used_amount - state.held_amount nulls last, state.level,
              state.period
          ) as place
        from private.quota_state(
          p_organization_id, p_user_id, p_meter_id, private.current_time_utc()
        ) as state
      ) as rule
    ), '[]')
  )
  from public.org_plans as subscription
  join (
    select counted.id, counted.name, counted.unit, counted.kind, counted.is_active
    from public.meters as counted
    union all
    select 'credits', 'Credits', 'credits', 'flow', true
  ) as meter on meter.id = p_meter_id
  where subscription.organization_id = p_organization_id
$$;

comment on function private.explain_quota(uuid, uuid, text)
  is 'Every limit of a meter, with where it comes from and what is used of it.';

grant execute on function private.explain_quota(uuid, uuid, text) to purser_api;

-- private/explain_rule.sql
/* A rule of the access check and its verdict; one that cannot be decided has not passed. */
create function private.explain_rule(p_rule text, p_passed boolean)
returns jsonb
language sql
immutable
parallel safe
as $$
  select jsonb_build_object('rule', p_rule, 'passed', coalesce(p_passed, false))
$$;

comment on function private.explain_rule(text, boolean) is 'A rule of the access check and its verdict.';

-- private/extend_reservations.sql
/*
 * Moves the expiry of open reservations, as while a stream runs: one row an item in the order of the
 * items. A reservation is never shortened.
 *
 * Gate: the balance rows (lock_balances), under which it is seen that nothing has ended them.
 * Outcomes: extended, reservation_not_found, reservation_not_open. SQLSTATEs: LG001, LG002.
 */
create function private.extend_reservations(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_expires_in_seconds integer[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  amount_credits numeric,
  available_credits numeric,
  expires_at timestamptz,
  model_id text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
begin
  perform private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids),
    cardinality(p_expires_in_seconds)
  );
  v_at := private.lock_balances(p_organization_ids);

  return query
  with request as materialized (
    select
      asked.organization_id,
      asked.reservation_id,
      asked.item,
      -- The same reservation twice in a batch: each answer is what its own turn made of it.
      max(v_at + make_interval(
        secs => least(greatest(coalesce(asked.seconds, 300), 1), 86400)
      )) over (
        partition by asked.organization_id, asked.reservation_id
        order by asked.item
        rows unbounded preceding
      ) as expires_at
    from unnest(p_organization_ids, p_reservation_ids, p_expires_in_seconds) with ordinality
      as asked (organization_id, reservation_id, seconds, item)
  ),
  extended as (
    update private.credit_holds as hold
    set expires_at = greatest(hold.expires_at, longest.expires_at)
    from (
      select request.organization_id, request.reservation_id, max(request.expires_at) as expires_at
      from request
      group by request.organization_id, request.reservation_id
    ) as longest
    where hold.organization_id = longest.organization_id
      and hold.id = longest.reservation_id
      and hold.ended_as is null
      and not exists (
        select from public.credit_transactions as charge where charge.id = hold.id
      )
    returning hold.organization_id, hold.id
  )
  select
    request.item::integer,
    case
      when extended.id is not null then 'extended'
      when hold.id is null then 'reservation_not_found'
      else 'reservation_not_open'
    end,
    request.reservation_id,
    hold.status,
    hold.amount_credits,
    coalesce(
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits
        - balance.reserved_credits,
      0
    ),
    case
      when extended.id is not null then greatest(hold.expires_at, request.expires_at)
      else hold.expires_at
    end,
    hold.model_id
  from request
  left join public.credit_reservations as hold
    on hold.organization_id = request.organization_id and hold.id = request.reservation_id
  left join extended
    on extended.organization_id = request.organization_id
    and extended.id = request.reservation_id
  left join public.organization_credit_balances as balance
    on balance.organization_id = request.organization_id
  order by request.item;
end
$$;

comment on function private.extend_reservations(uuid[], uuid[], integer[])
  is 'Keeps reservations open for longer; arrays in, one outcome row an item in order.';

grant execute on function private.extend_reservations(uuid[], uuid[], integer[]) to purser_api;

-- private/find_session.sql
/*
 * A session that the caller may move: one of the organization, and of the user unless p_user_id is
 * null. Nothing else is told apart: what is another's is not there.
 */
create function private.find_session(p_organization_id uuid, p_session_id uuid, p_user_id uuid)
returns private.metered_sessions
language sql
stable
as $$
  select session.*
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.id = p_session_id
    and (p_user_id is null or session.user_id = p_user_id)
$$;

comment on function private.find_session(uuid, uuid, uuid)
  is 'A session of an organization, or of one of its users.';

-- private/finish_job_run.sql
/* Records how a run of a job ended. A run that is already finished stays as it is. */
create function private.finish_job_run(
  p_run_id uuid,
  p_processed integer,
  p_failed integer,
  p_summary jsonb
)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  ),
  finished as (
    update public.job_runs as run
    set
      finished_at = moment.at,
      processed = p_processed,
      failed = p_failed,
      duration_milliseconds = extract(epoch from moment.at - run.started_at) * 1000,
      summary = p_summary
    from moment
    where run.id = p_run_id and run.finished_at is null
    returning run.id
  )
  select exists (select from finished)
$$;

comment on function private.finish_job_run(uuid, integer, integer, jsonb)
  is 'Records how a run of a job ended; false when it had ended before.';

grant execute on function private.finish_job_run(uuid, integer, integer, jsonb) to purser_api;

-- private/finish_stripe_event.sql
/*
 * Writes what became of an event that the caller had taken. p_status: applied, ignored or failed;
 * what failed is due again after 15 seconds doubled with each attempt, at most six hours, and is
 * dead after p_maximum_attempts. Compare-and-set on the attempt: whoever lost its lease to a later
 * attempt writes nothing (null). Returns the status that now stands.
 */
create function private.finish_stripe_event(
  p_id text,
  p_attempts integer,
  p_status text,
  p_organization_id uuid,
  p_outcome jsonb,
  p_error text,
  p_maximum_attempts integer
)
returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update public.stripe_events as event
  set
    status = verdict.status,
    organization_id = coalesce(p_organization_id, event.organization_id),
    outcome = p_outcome,
    last_error = left(p_error, 2000),
    lease_expires_at = null,
    next_attempt_at = case
      when verdict.status = 'failed'
        then verdict.at + least(interval '15 seconds' * 2 ^ least(p_attempts, 20), interval '6 hours')
    end,
    applied_at = case when verdict.status in ('applied', 'ignored') then verdict.at end
  from (
    select
      private.current_time_utc() as at,
      case
        when p_status = 'failed' and p_attempts >= p_maximum_attempts then 'dead'
        else p_status
      end as status
  ) as verdict
  where event.id = p_id
    and event.attempts = p_attempts
    and event.next_attempt_at is not null
  returning event.status
$$;

comment on function private.finish_stripe_event(text, integer, text, uuid, jsonb, text, integer)
  is 'Writes what became of an event of Stripe; failed ones are due again or dead.';

grant execute on function private.finish_stripe_event(
  text, integer, text, uuid, jsonb, text, integer
) to purser_api;

-- private/first_uuid_at.sql
/*
 * The smallest version 7 uuid of a moment: ids from it on were made at that millisecond or later.
 * It lets a range of the primary key stand for a range of time, without an index on the time.
 */
create function private.first_uuid_at(p_at timestamptz)
returns uuid
language sql
immutable
parallel safe
as $$
  select (
    lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') || '70008000000000000000'
  )::uuid
$$;

comment on function private.first_uuid_at(timestamptz) is 'Smallest version 7 uuid made at or after a moment.';

-- private/fold_credit_usage.sql
/*
 * Job: brings the roll-up of credits up to the ledger, for at most p_limit organizations after
 * p_after_organization_id in a call. It needs no gate: rows of an organization are committed in the
 * order of their sequence, so what is read up to a row is all there is up to it. Each organization's
 * mark is locked, and skipped when another runner has it. At most 200,000 rows of an organization in
 * a call; the next one goes on.
 * `processed` counts organizations that had something new, `rows` their rows of the roll-up.
 */
create function private.fold_credit_usage(p_limit integer, p_after_organization_id uuid)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  rows integer,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_organization_ids uuid[];
  v_organization_id uuid;
  v_from bigint;
  v_to bigint;
  v_rows integer;
begin
  select array_agg(account.organization_id order by account.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id > p_after_organization_id
    order by balance.organization_id
    limit p_limit
  ) as account;
  processed := 0;
  failed := 0;
  rows := 0;
  remaining := coalesce(cardinality(v_organization_ids), 0) = p_limit;
  after_organization_id := coalesce(v_organization_ids[cardinality(v_organization_ids)], p_after_organization_id);

  for v_organization_id, v_from, v_to in
    select account.id, coalesce(mark.folded_sequence, 0), news.sequence
    from unnest(v_organization_ids) as account (id)
    left join private.credit_usage_folds as mark on mark.organization_id = account.id
    cross join lateral (
      select max(entry.sequence) as sequence
      from (
        select written.sequence
        from public.credit_transactions as written
        where written.organization_id = account.id
          and written.sequence > coalesce(mark.folded_sequence, 0)
        order by written.sequence
        limit 200000
      ) as entry
    ) as news
    where news.sequence is not null
  loop
    insert into private.credit_usage_folds (organization_id, folded_sequence)
    values (v_organization_id, 0)
    on conflict do nothing;
    perform
    from private.credit_usage_folds as mark
    where mark.organization_id = v_organization_id and mark.folded_sequence = v_from
    for update skip locked;
    -- Another runner has it, or has folded it since the list was made.
    continue when not found;

    insert into public.credit_usage_daily as daily
      (organization_id, dimension, day, key, used_credits, entries)
    select charge.*
    from private.credit_charges_by_day(v_organization_id, v_from, v_to, null) as charge
    on conflict (organization_id, dimension, day, key) do update
      set
        used_credits = daily.used_credits + excluded.used_credits,
        entries = daily.entries + excluded.entries;
    get diagnostics v_rows = row_count;
    update private.credit_usage_folds as mark
    set folded_sequence = v_to
    where mark.organization_id = v_organization_id;
    processed := processed + 1;
    rows := rows + v_rows;
  end loop;
  return next;
end
$$;

comment on function private.fold_credit_usage(integer, uuid)
  is 'Job: brings the roll-up of credits up to the ledger.';

grant execute on function private.fold_credit_usage(integer, uuid) to purser_api;

-- private/for_each_item.sql
/*
 * An array of one value for each of so many items. What is the same for all of them is sent once: a
 * batch mostly asks for one capability, and that of a busy organization for one organization. To read
 * a value takes longer than to copy it.
 */
create function private.for_each_item(p_values anyarray, p_items integer)
returns anyarray
language sql
immutable
parallel safe
as $$
  select case cardinality(p_values)
    when 1 then array_fill(p_values[1], array[p_items])
    else p_values
  end
$$;

comment on function private.for_each_item(anyarray, integer)
  is 'An array of one value for each of so many items, of one value or of all.';

grant execute on function private.for_each_item(anyarray, integer) to purser_api;

-- private/give_back.sql
/*
 * Puts charged credits back where they came from: into the grant while it is good, else (it has
 * expired since, or the charge was overdraft) into a new grant that lives for 30 days. A debt is
 * repaid first. Writes the ledger row of the refund. The caller holds the gate and has validated.
 */
create function private.give_back(
  p_charge public.credit_transactions,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz,
  out grant_id uuid,
  out transaction_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_source text := 'refund';
  v_expires_at timestamptz := p_at + interval '30 days';
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.*
  into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_charge.organization_id;
  v_repaid_credits := least(v_balance.debt_credits, p_amount_credits);
  v_kept_credits := p_amount_credits - v_repaid_credits;
  transaction_id := uuidv7();

  update public.credit_grants as lot
  set
    remaining_credits = lot.remaining_credits + v_kept_credits,
    repaid_debt_credits = lot.repaid_debt_credits + v_repaid_credits,
    closed_at = case when lot.remaining_credits + v_kept_credits = 0 then lot.closed_at end
  where lot.id = p_charge.grant_id and lot.expires_at > p_at
  returning lot.id, lot.source, lot.expires_at into grant_id, v_source, v_expires_at;

  if grant_id is null then
    v_source := 'refund';
    v_expires_at := p_at + interval '30 days';
    insert into public.credit_grants (
      organization_id, source, granted_credits, remaining_credits, repaid_debt_credits, priority,
      effective_at, expires_at, closed_at, reason, actor, transaction_id, created_at
    )
    values (
      p_charge.organization_id, v_source, p_amount_credits, v_kept_credits, v_repaid_credits, 50,
      p_at, v_expires_at, case when v_kept_credits = 0 then p_at end, p_reason, p_actor,
      transaction_id, p_at
    )
    returning id into grant_id;
  end if;

  insert into public.credit_transactions (
    id, organization_id, type, amount_credits, balance_after_credits, grant_id, reservation_id,
    capability_id, quality_level_id, model_id, user_id, actor, context, description, event_at
  )
  values (
    transaction_id, p_charge.organization_id, 'refund', p_amount_credits,
    v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits
      + p_amount_credits,
    grant_id, p_charge.reservation_id, p_charge.capability_id, p_charge.quality_level_id,
    p_charge.model_id, p_charge.user_id, p_actor,
    jsonb_build_object('refunded_transaction_id', p_charge.id), p_reason, p_at
  );
  update public.organization_credit_balances as balance
  set
    monthly_credits = balance.monthly_credits
      + case when v_source = 'plan' then v_kept_credits else 0 end,
    bonus_credits = balance.bonus_credits
      + case when v_source = 'plan' then 0 else v_kept_credits end,
    debt_credits = balance.debt_credits - v_repaid_credits,
    next_grant_expires_at = case
      when v_kept_credits > 0 then least(balance.next_grant_expires_at, v_expires_at)
      else balance.next_grant_expires_at
    end
  where balance.organization_id = p_charge.organization_id;
end
$$;

comment on function private.give_back(
  public.credit_transactions, numeric, jsonb, text, timestamptz
) is 'Puts charged credits back into their grant, or into a new one of 30 days.';

-- private/give_back_form_generation.sql
/* Takes back a generation that has cost nothing. */
create function private.give_back_form_generation(
  p_organization_id uuid,
  p_form_id text,
  p_idempotency_key text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from private.form_generations as made
  where made.organization_id = p_organization_id
    and made.form_id = p_form_id
    and made.idempotency_key = p_idempotency_key
$$;

comment on function private.give_back_form_generation(uuid, text, text)
  is 'Takes back a generation of a customer of a form that has cost nothing.';

grant execute on function private.give_back_form_generation(uuid, text, text) to purser_api;

-- private/grant_credits.sql
/*
 * Gives an organization credits. Gate: its balance row. A debt is repaid first.
 * p_priority null is the default of the source (10 plan, 20 rollover, else 50); p_expires_at null is
 * never. Replay: the same key and request answers the first grant.
 *
 * Outcomes: granted, replayed, idempotency_conflict, unknown_organization, invalid_amount (also
 * zero), invalid_source, invalid_priority, invalid_expiry (not in the future), invalid_key.
 */
create function private.grant_credits(
  p_organization_id uuid,
  p_source text,
  p_amount_credits numeric,
  p_priority integer,
  p_expires_at timestamptz,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text
)
returns table (outcome text, grant_id uuid, transaction_id uuid, available_credits numeric)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_expires_at timestamptz := coalesce(p_expires_at, 'infinity');
  v_type text := case p_source
    when 'plan' then 'plan_allocation'
    when 'topup' then 'topup_purchase'
    when 'promo' then 'promo_bonus'
    when 'referral' then 'referral_bonus'
    when 'rollover' then 'rollover'
    when 'adjustment' then 'admin_adjustment'
    when 'refund' then 'refund'
  end;
  v_priority integer := coalesce(
    p_priority, case p_source when 'plan' then 10 when 'rollover' then 20 else 50 end
  );
  v_fingerprint bytea;
  v_existing public.credit_grants;
begin
  v_fingerprint := sha256(convert_to(
    concat_ws(
      e'\x1f', p_source, coalesce(trim_scale(p_amount_credits)::text, ''), v_priority,
      extract(epoch from v_expires_at)
    ),
    'UTF8'
  ));
  select existing.*
  into v_existing
  from public.credit_grants as existing
  where existing.organization_id = p_organization_id
    and existing.idempotency_key = p_idempotency_key;

  outcome := case
    when not exists (
      select
      from public.organization_credit_balances as balance
      where balance.organization_id = p_organization_id
    ) then 'unknown_organization'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when v_existing.request_fingerprint = v_fingerprint then 'replayed'
    when v_existing.id is not null then 'idempotency_conflict'
    when v_type is null then 'invalid_source'
    when (private.is_amount(p_amount_credits) and p_amount_credits > 0) is not true
      then 'invalid_amount'
    when v_priority not between 0 and 1000 then 'invalid_priority'
    when v_expires_at <= v_at then 'invalid_expiry'
    else 'granted'
  end;

  if outcome = 'granted' then
    select added.grant_id, added.transaction_id
    into grant_id, transaction_id
    from private.add_grant(
      p_organization_id, p_source, v_type, p_amount_credits, v_priority, v_expires_at, p_actor,
      p_reason, p_idempotency_key, v_fingerprint, v_at
    ) as added;
  elsif outcome = 'replayed' then
    grant_id := v_existing.id;
    transaction_id := v_existing.transaction_id;
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.grant_credits(
  uuid, text, numeric, integer, timestamptz, jsonb, text, text
) is 'Gives an organization credits; repays its debt first.';

grant execute on function private.grant_credits(
  uuid, text, numeric, integer, timestamptz, jsonb, text, text
) to purser_api;

-- private/grant_on_account.sql
/*
 * Gives credits on account when a hold of p_required_credits does not fit: a block of 100 at least,
 * as far as the limit of the period allows, and none that would not make the hold fit. The purchase
 * is the row that goes onto the next invoice. Gate: the balance row, so that of many callers who
 * missed credits at the same time, the first gets the block and the others find enough.
 *
 * Outcomes: granted, enough (try again), off, limit_reached, not_allowed (the plan, no subscription,
 * or it is not paid: what is owed comes first).
 */
create function private.grant_on_account(p_organization_id uuid, p_required_credits numeric)
returns table (outcome text, granted_credits numeric, purchase_id uuid)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_block_credits constant numeric := 100;
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_missing_credits numeric := p_required_credits
    - private.expire_kept_grants(p_organization_id, v_at);
  v_account record;
  v_key text := 'pay_as_you_go ' || uuidv7();
  v_purchase public.credit_purchases;
begin
  select account.* into v_account from private.credits_on_account(p_organization_id) as account;
  granted_credits := 0;
  outcome := case
    when v_missing_credits <= 0 then 'enough'
    when v_account.refusal is not null then v_account.refusal
    when v_missing_credits > v_account.left_credits then 'limit_reached'
    else 'granted'
  end;

  if outcome = 'granted' then
    granted_credits := least(v_account.left_credits, greatest(v_missing_credits, c_block_credits));
    insert into public.credit_purchases as given (
      organization_id, kind, credits, price_usd, status, actor, idempotency_key,
      request_fingerprint, created_at
    )
    values (
      p_organization_id, 'pay_as_you_go', granted_credits,
      greatest(round(granted_credits * v_account.credit_price_usd, 2), 0.01),
      'processing', '{"kind": "pay_as_you_go"}', v_key, sha256(convert_to(v_key, 'UTF8')), v_at
    )
    returning given.* into v_purchase;
    purchase_id := v_purchase.id;
    update public.credit_purchases as given
    set (grant_id, transaction_id) = (
      select added.grant_id, added.transaction_id
      from private.add_purchase_grant(v_purchase, '{}', v_at) as added
    )
    where given.organization_id = p_organization_id and given.id = v_purchase.id;
  end if;
  return next;
end
$$;

comment on function private.grant_on_account(uuid, numeric)
  is 'Gives credits on account when a hold does not fit, up to the limit of the period.';

grant execute on function private.grant_on_account(uuid, numeric) to purser_api;

-- private/grant_purchase.sql
/*
 * Gives the credits of a purchase that Stripe says is paid, once: the row of the purchase carries
 * its grant. What was given on account before is only marked as paid, by the invoice that collected it.
 * The caller holds the gate. Returns what was granted now.
 */
create function private.grant_purchase(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant_id uuid := p_purchase.grant_id;
  v_transaction_id uuid := p_purchase.transaction_id;
begin
  if p_state ->> 'payment' is distinct from 'paid' or p_purchase.paid_at is not null then
    return 0;
  end if;
  if v_grant_id is null then
    select added.grant_id, added.transaction_id into strict v_grant_id, v_transaction_id
    from private.add_purchase_grant(p_purchase, p_state, p_at) as added;
  end if;
  update public.credit_purchases as purchase
  set
    grant_id = v_grant_id,
    transaction_id = v_transaction_id,
    stripe_invoice_id = p_state ->> 'invoice_id',
    paid_at = coalesce((p_state ->> 'paid_at')::timestamptz, p_at)
  where purchase.organization_id = p_purchase.organization_id and purchase.id = p_purchase.id;
  return case when p_purchase.grant_id is null then p_purchase.credits else 0 end;
end
$$;

comment on function private.grant_purchase(public.credit_purchases, jsonb, timestamptz)
  is 'Gives the credits of a paid purchase, once.';

-- private/hold_capped.sql
/*
 * Counts a hold against the caps of its member; false when one of them refuses it, and the caller
 * undoes the hold. A member without caps is not counted. The caller holds the gate.
 */
create function private.hold_capped(
  p_organization_id uuid,
  p_user_id uuid,
  p_reservation_id uuid,
  p_amount_credits numeric,
  p_at timestamptz
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from public.member_caps as cap
    where cap.organization_id = p_organization_id
      and cap.user_id = p_user_id
      and cap.meter_id = 'credits'
  ) then
    return true;
  end if;
  if private.credit_cap_refusal(p_organization_id, p_user_id, p_amount_credits, p_at) is not null then
    return false;
  end if;

  insert into public.quota_usages as counter (
    organization_id, meter_id, user_id, period, period_start, period_end, day, held_amount
  )
  select
    p_organization_id, 'credits', p_user_id, named.period, part.period_start, part.period_end,
    case when named.period = 'day' then part.day end, p_amount_credits
  from public.org_plans as subscription
  cross join (values ('day'), ('month')) as named (period)
  cross join lateral private.quota_period(named.period, 'credits', p_at, subscription) as part
  where subscription.organization_id = p_organization_id
  on conflict (organization_id, meter_id, user_id, period, period_start) do update
    set held_amount = counter.held_amount + excluded.held_amount;
  update private.credit_holds as hold
  set is_capped = true
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  return true;
end
$$;

comment on function private.hold_capped(uuid, uuid, uuid, numeric, timestamptz)
  is 'Counts a hold against the caps of its member, unless one of them refuses it.';

-- private/hold_expiry.sql
/* When a hold ends: 5 minutes unless told, never more than a day without being extended. */
create function private.hold_expiry(p_seconds integer, p_at timestamptz)
returns timestamptz
language sql
stable
parallel safe
as $$
  select p_at + make_interval(secs => least(greatest(coalesce(p_seconds, 300), 1), 86400))
$$;

comment on function private.hold_expiry(integer, timestamptz) is 'When a hold of so many seconds ends.';

-- private/hold_quotas.sql
/*
 * Holds meters for a reservation that was just made: all lines or none. The caller holds the gate and
 * undoes the reservation when the answer is not `held`: then it is the first line that was refused.
 * Each meter comes once, with a positive amount. The lines count from now, in this day and period.
 */
create function private.hold_quotas(
  p_organization_id uuid,
  p_user_id uuid,
  p_reservation_id uuid,
  p_quotas jsonb
)
returns table (outcome text, decision jsonb)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_meter_ids text[];
  v_amounts numeric[];
  v_lines integer;
  v_entries private.usage_entry[];
begin
  select array_agg(line.meter order by line.meter), array_agg(line.amount order by line.meter)
  into v_meter_ids, v_amounts
  from jsonb_to_recordset(p_quotas) as line (meter text, amount numeric);
  v_lines := cardinality(v_meter_ids);
  if v_lines is null or v_lines > 20
    or v_lines <> (select count(distinct meter.id) from unnest(v_meter_ids) as meter (id)) then
    return query select 'invalid_quotas', null::jsonb;
    return;
  end if;

  v_entries := private.usage_entries(
    array_fill(p_organization_id, array[v_lines]), array_fill(p_user_id, array[v_lines]),
    v_meter_ids, v_amounts,
    (select array_agg(uuidv7()::text) from generate_series(1, v_lines)),
    array_fill(null::timestamptz, array[v_lines]), array_fill(null::jsonb, array[v_lines]),
    'settled', v_at
  );
  v_entries := private.decide_usage(v_entries, false);
  return query
  select
    case
      when entry.outcome in ('unknown_meter', 'invalid_amount') then 'invalid_quotas'
      else entry.outcome
    end,
    coalesce(entry.decision, '{}') || jsonb_build_object('meter', entry.meter_id)
  from unnest(v_entries) as entry
  where entry.outcome <> 'recorded'
  order by entry.item
  limit 1;
  if found then
    return;
  end if;

  perform private.change_counters(v_entries, true);
  perform private.note_over_limits(v_entries, v_at);
  insert into public.quota_holds (
    organization_id, reservation_id, meter_id, user_id, held_amount, day, day_start, period_start,
    created_at
  )
  select
    p_organization_id, p_reservation_id, entry.meter_id, p_user_id, entry.amount, entry.day,
    entry.day_start, entry.period_start, v_at
  from unnest(v_entries) as entry;
  update private.credit_holds as hold
  set has_quota_lines = true
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  return query select 'held', null::jsonb;
end
$$;

comment on function private.hold_quotas(uuid, uuid, uuid, jsonb)
  is 'Holds meters for a reservation: all lines or none.';

-- private/hold_session_credits.sql
/*
 * Holds credits for the next five minutes of a session beyond the plan, or for as much as there is and
 * the caps of the member leave; it counts against them.
 * It is a reservation like any other, of the capability live_session, which is in no plan's list:
 * whether minutes are sold is a matter of the plan's price and the organization's setting, which the
 * caller has asked. Returns the session, not yet stored, without a hold when there are no credits.
 * The caller holds the gate.
 */
create function private.hold_session_credits(
  p_session private.metered_sessions,
  p_minute_price_credits numeric,
  p_at timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hold_seconds constant integer := 300;
  -- Longer than a session can be silent before it ends: the hold is still there to be charged.
  v_expires_after constant interval := interval '15 minutes';
  v_session private.metered_sessions := p_session;
  v_seconds integer;
  v_credits numeric;
  v_reservation_id uuid := private.reservation_id_at(p_at);
begin
  v_seconds := least(v_hold_seconds, floor(
    private.credits_for_sessions(v_session.organization_id, v_session.user_id, p_at) * 60
      / p_minute_price_credits
  ));
  if v_seconds = 0 then
    return v_session;
  end if;

  v_credits := private.session_credits(v_seconds, p_minute_price_credits);
  insert into private.credit_holds (
    organization_id, id, user_id, capability_id, quality_level_id, amount_credits,
    idempotency_key, request_fingerprint, context, actor, expires_at, created_at
  )
  select
    v_session.organization_id, v_reservation_id, v_session.user_id, 'live_session', 'standard',
    v_credits, 'session-hold-' || v_reservation_id, uuid_hash_extended(v_reservation_id, 0),
    jsonb_build_object(
      'session_id', v_session.id, 'topic', v_session.topic, 'seconds', v_seconds,
      'minute_price_credits', p_minute_price_credits
    ),
    private.actor_of_user(v_session.user_id),
    p_at + v_expires_after, p_at;
  update public.organization_credit_balances as balance
  set
    reserved_credits = balance.reserved_credits + v_credits,
    next_hold_expires_at = least(balance.next_hold_expires_at, p_at + v_expires_after)
  where balance.organization_id = v_session.organization_id;
  if not private.hold_capped(
    v_session.organization_id, v_session.user_id, v_reservation_id, v_credits, p_at
  ) then
    raise exception 'a hold for minutes is beyond the caps of its member';
  end if;

  v_session.hold_reservation_id := v_reservation_id;
  v_session.hold_seconds := v_seconds;
  v_session.hold_used_seconds := 0;
  v_session.hold_price_credits := p_minute_price_credits;
  return v_session;
end
$$;

comment on function private.hold_session_credits(private.metered_sessions, numeric, timestamptz)
  is 'Holds credits for the next minutes of a session beyond the plan.';

-- private/is_amount.sql
/*
 * Whether a number is an amount of credits: not negative, at most two decimals, at most a billion
 * (a limit far above any use, so that sums never overflow). NaN and infinity compare as larger.
 */
create function private.is_amount(p_amount_credits numeric)
returns boolean
language sql
immutable
parallel safe
as $$
  select p_amount_credits between 0 and 1000000000 and p_amount_credits = round(p_amount_credits, 2)
$$;

comment on function private.is_amount(numeric) is 'Not negative, at most two decimals, at most a billion.';

-- private/is_below_zero.sql
/*
 * Whether giving back so much of a level would leave less than nothing: of all that the organization
 * has, or of what is booked to the user. p_taken as in judge_usage.
 */
create function private.is_below_zero(p_entry private.usage_entry, p_taken jsonb)
returns boolean
language sql
stable
as $$
  select bool_or(
    coalesce(counter.used_amount, 0) + coalesce(
      (p_taken ->> private.counter_key(scope.user_id, p_entry.meter_id, 'none', null, null))::numeric,
      0
    ) + p_entry.amount < 0
  )
  from unnest(array['00000000-0000-0000-0000-000000000000', p_entry.user_id]) as scope (user_id)
  left join public.quota_usages as counter
    on counter.organization_id = p_entry.organization_id
    and counter.meter_id = p_entry.meter_id
    and counter.user_id = scope.user_id
    and counter.period = 'none'
    and counter.period_start = '-infinity'
  where scope.user_id is not null
$$;

comment on function private.is_below_zero(private.usage_entry, jsonb)
  is 'Whether giving back an amount of a level would leave less than nothing.';

-- private/is_suspended.sql
/*
 * Whether work of an organization is refused as subscription_inactive at a moment, as access_rules says
 * it: nothing is sold that could not be used.
 */
create function private.is_suspended(p_subscription public.org_plans, p_at timestamptz)
returns boolean
language sql
immutable
as $$
  select p_subscription.status in ('unpaid', 'paused', 'canceled')
    or coalesce(p_subscription.grace_ends_at <= p_at, false)
$$;

comment on function private.is_suspended(public.org_plans, timestamptz)
  is 'Whether work of an organization is refused because its subscription is not active.';

-- private/is_usage_amount.sql
/*
 * Whether a number is an amount of a meter: at most four decimals and at most 10^15 either way, so
 * that sums never overflow and a JSON number shows it exactly. NaN and infinity compare as larger.
 */
create function private.is_usage_amount(p_amount numeric)
returns boolean
language sql
immutable
parallel safe
as $$
  select p_amount between -1000000000000000 and 1000000000000000
    and p_amount <> 0
    and p_amount = round(p_amount, 4)
$$;

comment on function private.is_usage_amount(numeric) is 'Not zero, at most four decimals, at most 10^15 either way.';

-- private/issue_form_token.sql
/*
 * Makes the token of a form valid, and ends the one before it. The form's limits are set with it.
 * The count of what customers have generated goes on.
 */
create function private.issue_form_token(
  p_organization_id uuid,
  p_form_id text,
  p_generations_per_day integer,
  p_valid_days integer,
  p_created_by uuid
)
returns setof public.form_tokens
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.form_tokens as form (
    organization_id, form_id, generations_per_day, created_by, created_at, expires_at
  )
  select
    p_organization_id, p_form_id, p_generations_per_day, p_created_by, moment.at,
    moment.at + make_interval(days => p_valid_days)
  from (select private.current_time_utc() as at) as moment
  on conflict (organization_id, form_id) do update set
    token_id = excluded.token_id,
    generations_per_day = excluded.generations_per_day,
    created_by = excluded.created_by,
    created_at = excluded.created_at,
    expires_at = excluded.expires_at,
    revoked_at = null
  returning form.*
$$;

comment on function private.issue_form_token(uuid, text, integer, integer, uuid)
  is 'Makes the token of a form valid, and ends the one before it.';

grant execute on function private.issue_form_token(uuid, text, integer, integer, uuid) to purser_api;

-- private/judge_usage.sql
/*
 * What the limits say about one more use. p_rules are rows of quota_state as a JSON array, p_taken
 * what earlier items of the batch took by counter_key(). Of the limits that refuse, and else of
 * all, the one with the least left is told: it is the one that bound. A warning is the highest level
 * that any of them has reached. Computes only.
 */
create function private.judge_usage(
  p_rules jsonb,
  p_taken jsonb,
  p_meter_id text,
  p_amount numeric,
  p_is_forced boolean
)
returns jsonb
language sql
stable
parallel safe
as $$
  with rule as (
    select
      part.*,
      part.used_amount + coalesce(
        (p_taken ->> private.counter_key(
          part.scope_user_id, p_meter_id, part.period, part.day, part.period_start
        ))::numeric,
        0
      ) as used_before
    from jsonb_to_recordset(p_rules) as part (
      level text, period text, scope_user_id uuid, limit_amount numeric, warn_ratios numeric[],
      ceiling_amount numeric, used_amount numeric, held_amount numeric, period_start timestamptz,
      period_end timestamptz, day date, source jsonb
    )
  ),
  judged as (
    select
      rule.*,
      p_amount > 0 and not p_is_forced
        and coalesce(rule.used_before + rule.held_amount + p_amount > rule.ceiling_amount, false)
        as is_refusing
    from rule
  ),
  verdict as (
    select bool_or(judged.is_refusing) as is_refused from judged
  ),
  bound as (
    select
      judged.*,
      judged.used_before + case when verdict.is_refused then 0 else p_amount end as used_after
    from judged
    cross join verdict
    order by
      judged.is_refusing desc,
      judged.limit_amount - judged.used_before - judged.held_amount nulls last,
      judged.level,
      judged.period
    limit 1
  )
  select jsonb_build_object(
    'outcome', case
      when not verdict.is_refused then 'recorded'
      when bound.level = 'member_cap' then 'member_cap_exceeded'
      else 'quota_exceeded'
    end,
    'level', bound.level,
    'period', bound.period,
    'limit', bound.limit_amount,
    'used', bound.used_after,
    'held', bound.held_amount,
    'remaining', case
      when bound.limit_amount is not null
        then greatest(bound.limit_amount - bound.used_after - bound.held_amount, 0)
    end,
    'over_limit', coalesce(bound.used_after + bound.held_amount > bound.limit_amount, false),
    'resets_at', nullif(bound.period_end, 'infinity'),
    'warning', (
      select max(reached.ratio)
      from judged
      cross join lateral unnest(judged.warn_ratios) as reached (ratio)
      where judged.limit_amount is not null
        and judged.used_before + judged.held_amount
          + case when verdict.is_refused then 0 else p_amount end
        >= greatest(reached.ratio * judged.limit_amount, 0.0001)
    ),
    'source', bound.source
  )
  from bound
  cross join verdict
$$;

comment on function private.judge_usage(jsonb, jsonb, text, numeric, boolean)
  is 'Whether the limits allow one more use, and which of them bound.';

-- private/kept_plan_change.sql
/* What came of an earlier request to change the plan under this key; no row when there was none. */
create function private.kept_plan_change(
  p_organization_id uuid,
  p_idempotency_key text,
  p_request text
)
returns table (is_conflict boolean, result jsonb)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select change.request_fingerprint <> sha256(convert_to(p_request, 'UTF8')), change.result
  from public.plan_changes as change
  where change.organization_id = p_organization_id
    and change.idempotency_key = p_idempotency_key
$$;

comment on function private.kept_plan_change(uuid, text, text)
  is 'What came of an earlier request to change the plan under this key.';

grant execute on function private.kept_plan_change(uuid, text, text) to purser_api;

-- private/lapse_paid_period.sql
/*
 * An invoice line whose period was over when its payment became known. Its credits come and expire at
 * once, both with their row in the ledger, as if they had come in time and nobody had used them: a debt
 * is repaid, and what would have rolled over into the running period does. A line that changed the plan
 * of a period that is over gives nothing. The caller holds the gate.
 */
create function private.lapse_paid_period(
  p_line public.billing_invoice_lines,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization public.org_plans;
  v_credits numeric := 0;
  v_grant_id uuid;
  v_transaction_id uuid;
  v_rollover_credits numeric;
begin
  select subscription.* into strict v_organization
  from public.org_plans as subscription
  where subscription.organization_id = p_line.organization_id;
  if p_line.kind = 'period' then
    select case
      when v_organization.plan_id = plan.id then v_organization.monthly_ai_credits
      else plan.monthly_ai_credits
    end
    into v_credits
    from public.plans as plan
    where plan.id = p_line.plan_id;
  end if;
  if v_credits > 0 then
    select added.grant_id, added.transaction_id
    into v_grant_id, v_transaction_id
    from private.add_grant(
      p_line.organization_id, 'plan', 'plan_allocation', v_credits, 10, 'infinity', null,
      private.line_description(p_line), null, null, p_at, private.line_payment(p_line)
    ) as added;
    update public.credit_grants as lot
    set
      effective_at = least(p_line.period_start, p_at - interval '1 microsecond'),
      expires_at = least(p_line.period_end, p_at)
    where lot.id = v_grant_id;
    update public.organization_credit_balances as balance
    set next_grant_expires_at = least(balance.next_grant_expires_at, p_at)
    where balance.organization_id = p_line.organization_id;
    perform private.expire_due_grants(array[p_line.organization_id], p_at);
    v_rollover_credits := private.late_rollover(p_line, v_organization, v_grant_id);
    if v_rollover_credits > 0 then
      perform private.add_grant(
        p_line.organization_id, 'rollover', 'rollover', v_rollover_credits, 20,
        v_organization.grace_ends_at, null, 'Unused credits of the period before', null, null, p_at
      );
    end if;
  end if;
  update public.billing_invoice_lines as line
  set
    status = 'lapsed', granted_credits = v_credits, transaction_id = v_transaction_id,
    applied_at = p_at
  where line.organization_id = p_line.organization_id and line.id = p_line.id;
end
$$;

comment on function private.lapse_paid_period(public.billing_invoice_lines, timestamptz)
  is 'Records a paid period that was over: its credits come and expire at once.';

-- private/late_rollover.sql
/*
 * What still rolls over into the running period from a period whose payment came after the running one
 * had begun: as much as nobody used and both plans allow, less what has rolled over before. 0 unless
 * the running period is the billed one that follows. The caller holds the gate.
 */
create function private.late_rollover(
  p_line public.billing_invoice_lines,
  p_organization public.org_plans,
  p_grant_id uuid
)
returns numeric
language sql
stable
as $$
  select coalesce(
    greatest(
      least(late_plan.rollover_credits, running_plan.rollover_credits, lapsed.expired_credits)
        - (
          select coalesce(sum(rolled.granted_credits), 0)
          from public.credit_grants as rolled
          where rolled.organization_id = p_line.organization_id
            and rolled.source = 'rollover'
            and rolled.effective_at >= begun.applied_at
        ),
      0
    ),
    0
  )
  from public.plans as late_plan
  join public.plans as running_plan on running_plan.id = p_organization.plan_id
  join public.credit_grants as lapsed on lapsed.id = p_grant_id
  join public.billing_invoice_lines as begun
    on begun.organization_id = p_line.organization_id
    and begun.id = p_organization.period_line_id
  where late_plan.id = p_line.plan_id
    and p_organization.stripe_subscription_id = p_line.stripe_subscription_id
    and p_organization.period_start = p_line.period_end
  union all
  select 0
  limit 1
$$;

comment on function private.late_rollover(
  public.billing_invoice_lines, public.org_plans, uuid
) is 'What still rolls over from a period that was paid for late.';

-- private/ledger_place.sql
/*
 * The sequence after which rows of a ledger were written at p_at or later: where reading a range of
 * time begins. Both ledgers are in order of the time of writing as well as of their sequence, so a
 * binary search finds it in some twenty steps, without an index of times. p_ledger: credits or meters.
 */
create function private.ledger_place(p_organization_id uuid, p_ledger text, p_at timestamptz)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_from bigint := 0;
  v_to bigint;
  v_middle bigint;
  v_next record;
begin
  if p_ledger = 'credits' then
    select max(entry.sequence) into v_to
    from public.credit_transactions as entry
    where entry.organization_id = p_organization_id;
  else
    select max(entry.sequence) into v_to
    from public.usage_ledger as entry
    where entry.organization_id = p_organization_id;
  end if;
  v_to := coalesce(v_to, 0);

  while v_from < v_to loop
    v_middle := (v_from + v_to) / 2;
    if p_ledger = 'credits' then
      select entry.sequence, entry.event_at as at into v_next
      from public.credit_transactions as entry
      where entry.organization_id = p_organization_id and entry.sequence > v_middle
      order by entry.sequence
      limit 1;
    else
      select entry.sequence, entry.created_at as at into v_next
      from public.usage_ledger as entry
      where entry.organization_id = p_organization_id and entry.sequence > v_middle
      order by entry.sequence
      limit 1;
    end if;
    if v_next.at < p_at then
      v_from := v_next.sequence;
    else
      v_to := v_middle;
    end if;
  end loop;
  return v_from;
end
$$;

comment on function private.ledger_place(uuid, text, timestamptz)
  is 'The sequence after which rows of a ledger were written at a moment or later.';

grant execute on function private.ledger_place(uuid, text, timestamptz) to purser_api;

-- private/limits_refusal.sql
/*
 * The rules that depend on what happens at the same moment, in one place for the check that only
 * looks and for the reservation that holds the gate. Returns rate_limited, insufficient_credits or
 * null. A limit of null is unlimited, of 0 is blocked.
 */
create function private.limits_refusal(
  p_minute_limit integer,
  p_minute_used bigint,
  p_hour_limit integer,
  p_hour_used bigint,
  p_day_limit integer,
  p_day_used bigint,
  p_amount_credits numeric,
  p_available_credits numeric
)
returns text
language sql
immutable
parallel safe
as $$
  select case
    when p_minute_used >= p_minute_limit then 'rate_limited'
    when p_hour_used >= p_hour_limit then 'rate_limited'
    when p_day_used >= p_day_limit then 'rate_limited'
    when p_amount_credits > p_available_credits then 'insufficient_credits'
  end
$$;

comment on function private.limits_refusal(integer, bigint, integer, bigint, integer, bigint, numeric, numeric)
  is 'rate_limited, insufficient_credits or null.';

-- private/line_description.sql
/* What an invoice line paid for, in words for the ledger: "pro, 2026-01-31 to 2026-02-28 (trial)". */
create function private.line_description(p_line public.billing_invoice_lines)
returns text
language sql
stable
as $$
  select format(
    '%s, %s to %s%s',
    p_line.plan_id,
    to_char(p_line.period_start at time zone 'UTC', 'YYYY-MM-DD'),
    to_char(p_line.period_end at time zone 'UTC', 'YYYY-MM-DD'),
    case p_line.kind
      when 'trial' then ' (trial)'
      when 'change' then ' (changed plan)'
      else ''
    end
  )
$$;

comment on function private.line_description(public.billing_invoice_lines)
  is 'What an invoice line paid for, in words for the ledger.';

-- private/line_payment.sql
/* The payment behind an invoice line, for the ledger's payment_metadata. */
create function private.line_payment(p_line public.billing_invoice_lines)
returns jsonb
language sql
stable
as $$
  select jsonb_build_object(
    'invoice_id', p_line.invoice_id,
    'invoice_line_id', p_line.id,
    'subscription_id', p_line.stripe_subscription_id,
    'amount_usd', p_line.amount_usd
  )
$$;

comment on function private.line_payment(public.billing_invoice_lines)
  is 'The payment behind an invoice line, for the ledger.';

-- private/lock_balances.sql
/*
 * The gate. Locks the balance rows in the order of their organizations, which is the one lock order
 * of the product (balances, then reservations, then grants), and returns the time after the wait.
 * Everything that moves credits begins here and decides only on what it reads afterwards: an earlier
 * snapshot is older than the lock.
 *
 * What is due by then is done first: overdue holds are given back, grants expire, a new period begins.
 * So what is decided depends on the time alone and not on when a job runs: nobody draws on what has
 * expired, a stale hold denies nobody, and a new month counts from its first moment.
 */
create function private.lock_balances(p_organization_ids uuid[])
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first_due_at timestamptz;
  v_at timestamptz;
begin
  select min(least(locked.next_hold_expires_at, locked.next_grant_expires_at, locked.period_end))
  into v_first_due_at
  from (
    select balance.next_hold_expires_at, balance.next_grant_expires_at, balance.period_end
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
    order by balance.organization_id
    for no key update
  ) as locked;

  v_at := private.current_time_utc();
  if v_first_due_at <= v_at then
    perform private.reset_organizations(p_organization_ids, v_at);
  end if;
  return v_at;
end
$$;

comment on function private.lock_balances(uuid[])
  is 'Locks balances in organization order, does what is due, returns the time.';

-- private/lock_catalogue.sql
/*
 * Before any change of what capability_offer() reads: waits for other changes of the catalogue to end,
 * so that the offers made after this one know of them all. As a row that is written, and no mere lock,
 * it also refuses a transaction that cannot see the others, being repeatable read (40001).
 */
create function private.lock_catalogue()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.catalogue_changes as changed (change_count)
  values (1)
  on conflict (is_only) do update set change_count = changed.change_count + 1;
  return null;
end
$$;

comment on function private.lock_catalogue()
  is 'Trigger: changes of the catalogue are made one after the other.';

create trigger lock_catalogue
before insert or update or delete or truncate on public.plans
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.ai_capabilities
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.ai_capability_quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_ai_capabilities
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_ai_capability_quality_levels
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.llm_models
for each statement execute function private.lock_catalogue();

create trigger lock_catalogue
before insert or update or delete or truncate on public.plan_quality_level_models
for each statement execute function private.lock_catalogue();

-- private/lock_for_session.sql
/*
 * The gate for moves of sessions: locks the balance and tells the time in whole seconds, in which
 * sessions are counted. In the first second of a period that begins within a second it is the next
 * one, so that nothing is counted before its period.
 */
create function private.lock_for_session(p_organization_id uuid)
returns timestamptz
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
begin
  return coalesce(
    (
      select date_trunc('second', v_at) + interval '1 second'
      from public.org_plans as subscription
      where subscription.organization_id = p_organization_id
        and subscription.period_start > date_trunc('second', v_at)
        and subscription.period_start <= v_at
    ),
    date_trunc('second', v_at)
  );
end
$$;

comment on function private.lock_for_session(uuid)
  is 'Locks a balance and tells the time in whole seconds.';

-- private/lock_member_caps.sql
/*
 * Before any change of caps: waits for other changes of caps to end. A statement locks its rows in
 * whatever order it meets them, and waits for the gate with those that it has, so two of them beside
 * each other would wait for each other. People set caps, and seldom: one at a time is enough.
 *
 * A user or an organization that is deleted takes its caps along. This lock comes first there as well:
 * a cap that is being set holds it while it waits for its user and its organization (foreign keys).
 */
create function private.lock_member_caps()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock('public.member_caps'::regclass::oid::bigint);
  return null;
end
$$;

comment on function private.lock_member_caps()
  is 'Trigger: changes of caps are made one after the other.';

create trigger lock_member_caps
before insert or update or delete on public.member_caps
for each statement execute function private.lock_member_caps();

create trigger lock_member_caps
before delete on auth.users
for each statement execute function private.lock_member_caps();

create trigger lock_member_caps
before delete on auth.organizations
for each statement execute function private.lock_member_caps();

-- private/model_prices.sql
/*
 * Prices of a model, with the time from which each applies. The model is named by our id or the
 * provider's: ours first, as few report the provider's. Without a price one row with nulls, with the
 * model's id if there is such a model.
 */
create function private.model_prices(p_model text)
returns table (
  model_id text,
  price_id bigint,
  effective_from timestamptz,
  effective_to timestamptz,
  input_usd_per_million_tokens numeric,
  cached_input_usd_per_million_tokens numeric,
  output_usd_per_million_tokens numeric
)
language sql
stable
as $$
  select
    model.id,
    dated.id,
    dated.effective_from,
    dated.effective_to,
    dated.input_usd_per_million_tokens,
    dated.cached_input_usd_per_million_tokens,
    dated.output_usd_per_million_tokens
  from (
    select coalesce(
      (select named.id from public.llm_models as named where named.id = p_model),
      (
        select named.id
        from public.llm_models as named
        where named.provider_model_id = p_model
        order by named.id
        limit 1
      )
    ) as id
    offset 0
  ) as model
  left join public.llm_model_prices as dated on dated.model_id = model.id
$$;

comment on function private.model_prices(text) is 'Prices of a model, past, present and future.';

-- private/models_for.sql
/*
 * Models that serve a capability and level for an organization now, first choice first; the next
 * one is for when a provider fails. No rows when the plan does not allow the level.
 */
create function private.models_for(
  p_organization_id uuid,
  p_capability_id text,
  p_quality_level_id text
)
returns table (preference integer, model_id text, provider text, provider_model_id text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select served.preference, served.model_id, served.provider, served.provider_model_id
  from public.org_plans as subscription
  cross join lateral private.models_in_force(
    subscription.plan_id, p_capability_id, p_quality_level_id, private.current_time_utc()
  ) as served
  where subscription.organization_id = p_organization_id
  order by served.preference
$$;

comment on function private.models_for(uuid, text, text)
  is 'Models that serve a capability and level for an organization, first choice first.';

grant execute on function private.models_for(uuid, text, text) to purser_api;

-- private/models_in_force.sql
/* Active models of a plan, capability and level at a moment, in order of preference. */
create function private.models_in_force(
  p_plan_id text,
  p_capability_id text,
  p_quality_level_id text,
  p_at timestamptz
)
returns table (preference integer, model_id text, provider text, provider_model_id text)
language sql
stable
parallel safe
as $$
  select mapped.preference, model.id, model.provider, model.provider_model_id
  from (
    -- Of rows that overlap in time the latest applies.
    select distinct on (mapping.preference) mapping.preference, mapping.model_id
    from public.plan_quality_level_models as mapping
    where mapping.plan_id = p_plan_id
      and mapping.capability_id = p_capability_id
      and mapping.quality_level_id = p_quality_level_id
      and mapping.effective_from <= p_at
      and (mapping.effective_to is null or mapping.effective_to > p_at)
    order by mapping.preference, mapping.effective_from desc
  ) as mapped
  join public.llm_models as model on model.id = mapped.model_id
  where model.is_active
  order by mapped.preference
$$;

comment on function private.models_in_force(text, text, text, timestamptz)
  is 'Models that serve a plan, capability and level at a moment, first choice first.';

-- private/money_back_of_purchase.sql
/*
 * What went back of the money for a purchase, and of which sum: refunds and disputes of its own payment,
 * which are written as p_state has them; or, for credits on account, those of the invoice that collected
 * them, of which they share what went back in proportion. The caller holds the gate.
 */
create function private.money_back_of_purchase(
  p_purchase public.credit_purchases,
  p_state jsonb,
  p_at timestamptz,
  out refunded_usd numeric,
  out disputed_usd numeric,
  out gone_usd numeric,
  out paid_usd numeric
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice public.billing_invoices;
begin
  if p_purchase.kind = 'pay_as_you_go' then
    select invoice.* into v_invoice
    from public.billing_invoices as invoice
    where invoice.organization_id = p_purchase.organization_id
      and invoice.id = p_purchase.stripe_invoice_id
      and invoice.amount_paid_usd > 0;
    gone_usd := coalesce(v_invoice.refunded_usd + v_invoice.disputed_usd, 0);
    paid_usd := coalesce(v_invoice.amount_paid_usd, p_purchase.price_usd);
    refunded_usd := round(
      p_purchase.price_usd * least(coalesce(v_invoice.refunded_usd, 0) / paid_usd, 1), 2
    );
    disputed_usd := round(
      p_purchase.price_usd * least(coalesce(v_invoice.disputed_usd, 0) / paid_usd, 1), 2
    );
  else
    refunded_usd := private.record_stripe_refunds(
      p_purchase.organization_id, p_purchase.id, null, p_state -> 'refunds', p_at
    );
    disputed_usd := private.record_stripe_disputes(
      p_purchase.organization_id, p_purchase.id, null, p_state -> 'disputes', p_at
    );
    gone_usd := refunded_usd + disputed_usd;
    paid_usd := p_purchase.price_usd;
  end if;
end
$$;

comment on function private.money_back_of_purchase(public.credit_purchases, jsonb, timestamptz)
  is 'What went back of the money for a purchase, of its own payment or of the invoice that collected it.';

-- private/move_session.sql
/*
 * The state machine of a live session: brings it to a moment, after its time if that has passed.
 *
 *   is ended                      → stays as it ended
 *   has ended by itself by now    → is ended as session_state tells, and charged for that
 *   p_end_reason                  → is ended now; after an error nothing since the last heartbeat counts
 *   p_is_alive                    → is counted and gets its next lease, or ends when nothing is left
 *   else                          → stays
 *
 * What is used is counted until the lease ends at most. Returns the session as stored. The caller
 * holds the gate of its organization.
 */
create function private.move_session(
  p_session private.metered_sessions,
  p_at timestamptz,
  p_is_alive boolean,
  p_end_reason text
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
  v_end_reason text;
  v_ended_at timestamptz;
  v_until timestamptz;
  v_next_at timestamptz;
begin
  if v_session.status = 'ended' then
    return v_session;
  end if;
  select state.end_reason, state.ended_at into v_end_reason, v_ended_at
  from public.session_state(v_session, p_at) as state;
  if v_end_reason is null and p_end_reason is not null then
    v_end_reason := p_end_reason;
    v_ended_at := greatest(p_at, v_session.last_heartbeat_at);
  end if;

  if v_end_reason is null and not p_is_alive then
    return v_session;
  elsif v_end_reason in ('stale', 'error') then
    v_until := v_session.last_heartbeat_at;
  else
    v_until := least(coalesce(v_ended_at, p_at), v_session.lease_expires_at);
  end if;
  -- The lease may have run out long ago: what lies between is not counted.
  v_next_at := case
    when v_end_reason is null then greatest(p_at, v_session.last_heartbeat_at) else 'infinity'
  end;
  v_session := private.count_session(v_session, v_until, v_next_at);

  if v_end_reason is null then
    v_session.last_heartbeat_at := v_next_at;
    v_session := private.promise_session(v_session, v_next_at);
    select state.end_reason, state.ended_at into v_end_reason, v_ended_at
    from public.session_state(v_session, v_next_at) as state;
    if v_end_reason is not null then
      v_session := private.count_session(v_session, v_next_at, 'infinity');
    end if;
  end if;
  if v_end_reason is not null then
    v_session := private.close_session_hold(v_session);
    v_session.status := 'ended';
    v_session.end_reason := v_end_reason;
    v_session.ended_at := v_ended_at;
    v_session.lease_expires_at := least(v_session.lease_expires_at, v_ended_at);
    v_session.last_heartbeat_at := least(v_session.last_heartbeat_at, v_session.lease_expires_at);
  end if;
  perform private.store_session(v_session);
  return v_session;
end
$$;

comment on function private.move_session(private.metered_sessions, timestamptz, boolean, text)
  is 'The state machine of a live session: counts, prolongs or ends it.';

-- private/move_to_paid_period.sql
/*
 * Writes the period of an invoice line into the organization's subscription. The day of the month is
 * kept when a period follows the one before, so that 31 January, 28 February, 31 March remember the 31
 * when the organization is not billed any more. A pending change that is due by then is done with.
 * The caller holds the gate.
 */
create function private.move_to_paid_period(
  p_line public.billing_invoice_lines,
  p_old public.org_plans,
  p_plan public.plans,
  p_grace_ends_at timestamptz,
  p_granted_credits numeric,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.org_plans as subscription
  set
    plan_id = p_plan.id,
    monthly_ai_credits = case
      when p_old.plan_id = p_plan.id then p_old.monthly_ai_credits else p_plan.monthly_ai_credits
    end,
    overdraft_credits = case
      when p_old.plan_id = p_plan.id then p_old.overdraft_credits else p_plan.overdraft_credits
    end,
    status = case when p_line.kind = 'trial' then 'trialing' else 'active' end,
    period_start = p_line.period_start,
    period_end = p_line.period_end,
    anchor_day = case
      when p_old.period_end = p_line.period_start
        then greatest(p_old.anchor_day, started.day)
      else started.day
    end,
    pending_plan_id = case
      when p_old.pending_change_at > p_line.period_start then p_old.pending_plan_id
    end,
    pending_change_at = case
      when p_old.pending_change_at > p_line.period_start then p_old.pending_change_at
    end,
    stripe_subscription_id = p_line.stripe_subscription_id,
    period_line_id = p_line.id,
    period_granted_credits = p_granted_credits,
    grace_ends_at = p_grace_ends_at,
    trial_ends_at = case when p_line.kind = 'trial' then p_line.period_end end,
    trial_used_at = case
      when p_line.kind = 'trial' then coalesce(p_old.trial_used_at, p_at) else p_old.trial_used_at
    end,
    updated_at = p_at
  from (
    select extract(day from p_line.period_start at time zone p_old.time_zone)::integer as day
  ) as started
  where subscription.organization_id = p_line.organization_id
$$;

comment on function private.move_to_paid_period(
  public.billing_invoice_lines, public.org_plans, public.plans, timestamptz, numeric, timestamptz
) is 'Writes the period of an invoice line into the organization''s subscription.';

-- private/name_member.sql
/*
 * A new member with the name under which holds are written. The share lock waits for a change of that
 * name on its way, which would not see this row.
 */
create function private.name_member()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from auth.users as person where person.id = new.user_id for share;
  new.actor := private.actor_of_user(new.user_id);
  return new;
end
$$;

comment on function private.name_member() is 'Writes the name of a new member.';

create trigger name_member
before insert on auth.members
for each row execute function private.name_member();

-- private/new_session.sql
/* An active session that begins now, with the longest time that the plan allows. Writes nothing. */
create function private.new_session(p_session private.metered_sessions, p_at timestamptz)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions := p_session;
begin
  v_session.id := uuidv7();
  v_session.status := 'active';
  v_session.started_at := p_at;
  v_session.last_heartbeat_at := p_at;
  v_session.used_seconds := 0;
  v_session.bought_seconds := 0;
  v_session.charged_credits := 0;
  v_session.hold_seconds := 0;
  v_session.hold_used_seconds := 0;
  v_session.token_window_start := '-infinity';
  v_session.tokens_in_window := 0;
  select p_at + make_interval(mins => plan.session_maximum_minutes)
  into v_session.timeout_at
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = v_session.organization_id;
  return v_session;
end
$$;

comment on function private.new_session(private.metered_sessions, timestamptz)
  is 'An active session that begins now, not yet stored.';

-- private/next_period_start.sql
/*
 * The first moment after p_after at which a period begins: midnight, in the organization's time
 * zone, of the anchor day, or of the last day of a shorter month. It is counted from the anchor and
 * not from the last start, so 31 January is followed by 28 February and that by 31 March, and a
 * midnight that a change of clocks skips or repeats moves one start only. One expression, so that it
 * becomes part of the statement that asks.
 */
create function private.next_period_start(
  p_after timestamptz,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select coalesce(
    nullif(
      greatest(private.period_start_in(p_after, interval '0', p_anchor_day, p_time_zone), p_after),
      p_after
    ),
    private.period_start_in(p_after, interval '1 month', p_anchor_day, p_time_zone)
  )
$$;

comment on function private.next_period_start(timestamptz, integer, text)
  is 'When the next period begins: midnight of the anchor day in the time zone, or of the last day of the month.';

-- private/note_over_limits.sql
/*
 * Starts the clock of a grace period when use goes beyond its limit, and stops it when a level is
 * within again. Only limits with a grace period have one. The caller holds the gate and has written
 * the entries.
 */
create function private.note_over_limits(p_entries private.usage_entry[], p_at timestamptz)
returns void
language sql
volatile
as $$
  update public.quota_usages as counter
  set over_limit_at = case
    when rule.used_amount + rule.held_amount > rule.limit_amount
      then coalesce(counter.over_limit_at, p_at)
  end
  from (
    select distinct entry.organization_id, entry.user_id, entry.meter_id
    from unnest(p_entries) as entry
    join public.org_plans as subscription
      on subscription.organization_id = entry.organization_id
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id and included.meter_id = entry.meter_id
    where entry.outcome = 'recorded' and included.grace_period_seconds > 0
  ) as used
  cross join lateral private.quota_state(
    used.organization_id, used.user_id, used.meter_id, p_at
  ) as rule
  where rule.grace_period_seconds > 0
    and counter.organization_id = used.organization_id
    and counter.meter_id = used.meter_id
    and counter.user_id = rule.scope_user_id
    and counter.period = rule.period
    and counter.period_start = rule.period_start
    and (counter.over_limit_at is null)
      = coalesce(rule.used_amount + rule.held_amount > rule.limit_amount, false)
$$;

comment on function private.note_over_limits(private.usage_entry[], timestamptz)
  is 'Starts and stops the clocks of grace periods.';

-- private/note_session_limit.sql
/*
 * Keeps the plan and the limit of a user's period as they were at the last move, so that they can be
 * told when the period is over. Writes only what has changed. The caller holds the gate.
 */
create function private.note_session_limit(
  p_session private.metered_sessions,
  p_limit_minutes numeric,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.usage_periods as period
  set plan_id = subscription.plan_id, limit_minutes = p_limit_minutes
  from public.org_plans as subscription
  where period.organization_id = p_session.organization_id
    and period.user_id = p_session.user_id
    and period.period_start <= p_at
    and period.period_end > p_at
    and subscription.organization_id = p_session.organization_id
    -- Not what was over when this period began early.
    and period.period_start >= subscription.period_start
    and (period.plan_id, period.limit_minutes)
      is distinct from (subscription.plan_id, p_limit_minutes)
$$;

comment on function private.note_session_limit(private.metered_sessions, numeric, timestamptz)
  is 'Keeps the plan and the limit of a user''s period as of the last move.';

-- private/offer_at.sql
/*
 * What capability_offer() says, found in private.capability_offers by one probe. Names that are not in
 * the catalogue are not there either: for them, and only for them, the definition itself is asked.
 */
create function private.offer_at(
  p_plan_id text,
  p_capability_id text,
  p_asked_level_id text,
  p_at timestamptz
)
returns table (
  quality_level_id text,
  estimated_credits numeric,
  model_id text,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  allowed_quality_levels text[],
  unknown text,
  denial text
)
language sql
stable
as $$
  select
    coalesce(listed.quality_level_id, unlisted.quality_level_id),
    coalesce(listed.estimated_credits, unlisted.estimated_credits),
    coalesce(listed.model_id, unlisted.model_id),
    coalesce(listed.minute_limit, unlisted.minute_limit),
    coalesce(listed.hour_limit, unlisted.hour_limit),
    coalesce(listed.day_limit, unlisted.day_limit),
    coalesce(listed.allowed_quality_levels, unlisted.allowed_quality_levels),
    unlisted.unknown,
    coalesce(listed.denial, unlisted.denial)
  from (select) as wish
  left join lateral (
    select stored.*
    from private.capability_offers as stored
    where stored.plan_id = p_plan_id
      and stored.capability_id = p_capability_id
      and stored.asked_level_id = coalesce(p_asked_level_id, '')
      -- Empty is no level, but may be asked for.
      and p_asked_level_id is distinct from ''
      and stored.valid_from <= p_at
    order by stored.valid_from desc
    limit 1
  ) as listed on true
  left join lateral (
    select found.*
    from private.unlisted_offer(p_plan_id, p_capability_id, p_asked_level_id, p_at) as found
    where listed.plan_id is null
    -- Without it the planner calls the function first and asks this afterwards.
    offset 0
  ) as unlisted on true
$$;

comment on function private.offer_at(text, text, text, timestamptz)
  is 'What the catalogue offers for a plan, capability and level at a moment; one row.';

-- private/open_credit_purchase.sql
/*
 * Begins the purchase of a package by a person: the row stands before Stripe is asked for a payment
 * page, so that no payment can come for a purchase that nobody knows. Gate: the balance row. Replay:
 * the same key and request answers the same purchase. One whose page could not be opened, or that
 * was left by a crash until its page would close too soon, is tried anew as another attempt, which
 * is another key at Stripe; all callers of one attempt get the same page.
 *
 * Outcomes: opened (ask Stripe for the page of this attempt), replayed (it has its page, or has
 * ended), idempotency_conflict, topup_not_allowed (unlocked_by_plan says which plan would),
 * subscription_inactive, unknown_package (also one no longer offered), rate_limited (too many open
 * purchases), unknown_organization, invalid_key.
 */
create function private.open_credit_purchase(
  p_organization_id uuid,
  p_package_id text,
  p_return_path text,
  p_user_id uuid,
  p_actor jsonb,
  p_idempotency_key text
)
returns table (outcome text, purchase public.credit_purchases, unlocked_by_plan text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  c_open_purchases constant integer := 20;
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_page_until timestamptz := v_at + interval '1 hour';
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(e'\x1f', 'checkout', p_package_id, coalesce(p_return_path, '')), 'UTF8'
  ));
  v_subscription public.org_plans;
  v_plan public.plans;
  v_package public.credit_topup_packages;
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.* into v_plan from public.plans as plan where plan.id = v_subscription.plan_id;
  select package.* into v_package
  from public.credit_topup_packages as package
  where package.id = p_package_id and package.is_active;
  select existing.* into purchase
  from public.credit_purchases as existing
  where existing.organization_id = p_organization_id
    and existing.idempotency_key = p_idempotency_key
  for no key update;

  outcome := case
    when v_plan.id is null then 'unknown_organization'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when purchase.id is not null and purchase.request_fingerprint <> v_fingerprint
      then 'idempotency_conflict'
    when purchase.stripe_checkout_session_id is not null
      or purchase.status not in ('open', 'failed') then 'replayed'
    when not v_plan.topup_allowed then 'topup_not_allowed'
    when private.is_suspended(v_subscription, v_at) then 'subscription_inactive'
    when v_package.id is null then 'unknown_package'
    when purchase.id is null and (
      select count(*)
      from public.credit_purchases as waiting
      where waiting.organization_id = p_organization_id
        and waiting.status = 'open'
        and waiting.expires_at > v_at
    ) >= c_open_purchases then 'rate_limited'
    else 'opened'
  end;

  if outcome = 'opened' and purchase.id is null then
    insert into public.credit_purchases as opened (
      organization_id, kind, package_id, credits, price_usd, requested_by_user_id, actor,
      idempotency_key, request_fingerprint, created_at, expires_at
    )
    values (
      p_organization_id, 'checkout', v_package.id, v_package.credits, v_package.price_usd,
      p_user_id, p_actor, p_idempotency_key, v_fingerprint, v_at, v_page_until
    )
    returning opened.* into purchase;
  -- Stripe's pages stay open for half an hour at least.
  elsif outcome = 'opened'
    and (purchase.status = 'failed' or purchase.expires_at < v_at + interval '35 minutes')
  then
    update public.credit_purchases as reopened
    set
      status = 'open',
      failure_reason = null,
      closed_at = null,
      checkout_attempts = reopened.checkout_attempts + 1,
      version = reopened.version + 1,
      expires_at = v_page_until
    where reopened.organization_id = p_organization_id and reopened.id = purchase.id
    returning reopened.* into purchase;
  elsif outcome = 'topup_not_allowed' then
    select plan.id into unlocked_by_plan
    from public.plans as plan
    where plan.topup_allowed and plan.is_active
    order by plan.rank
    limit 1;
  end if;
  return next;
end
$$;

comment on function private.open_credit_purchase(uuid, text, text, uuid, jsonb, text)
  is 'Begins the purchase of a package, before Stripe is asked for its payment page.';

grant execute on function private.open_credit_purchase(uuid, text, text, uuid, jsonb, text)
  to purser_api;

-- private/open_organization_account.sql
/*
 * A new organization has an account at once, in its own transaction: the free plan, a balance row
 * and the first monthly credits with their ledger row. So there is no first request that finds
 * nothing, and no race about who creates the row.
 */
create function private.open_organization_account()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.current_time_utc();
  v_anchor_day integer := extract(day from v_at at time zone 'UTC');
  v_period_end timestamptz := private.next_period_start(v_at, v_anchor_day, 'UTC');
  v_plan public.plans;
begin
  select plan.* into v_plan from public.plans as plan where plan.id = 'free';
  if not found then
    raise exception 'there is no plan "free": apply the seeds' using errcode = 'LG005';
  end if;

  insert into public.org_plans (
    organization_id, plan_id, monthly_ai_credits, overdraft_credits, period_start, period_end,
    anchor_day, period_granted_credits, created_at, updated_at
  )
  values (
    new.id, v_plan.id, v_plan.monthly_ai_credits, v_plan.overdraft_credits, v_at, v_period_end,
    v_anchor_day, v_plan.monthly_ai_credits, v_at, v_at
  );
  insert into public.organization_credit_balances
    (organization_id, overdraft_credits, period_start, period_end)
  values (new.id, v_plan.overdraft_credits, v_at, v_period_end);

  if v_plan.monthly_ai_credits > 0 then
    perform private.add_grant(
      new.id, 'plan', 'plan_allocation', v_plan.monthly_ai_credits, 10, v_period_end,
      null, 'First period', null, null, v_at
    );
  end if;
  return null;
end
$$;

comment on function private.open_organization_account()
  is 'Trigger: opens plan, balance and first grant of a new organization.';

create trigger open_organization_account
after insert on auth.organizations
for each row execute function private.open_organization_account();

-- private/operation_result.sql
/*
 * What became of a reservation, for the replay of an operation: its status, what it cost and the
 * answer that was kept. No row when the organization has no such reservation.
 */
create function private.operation_result(p_organization_id uuid, p_reservation_id uuid)
returns table (
  status text,
  quality_level_id text,
  model_id text,
  charged_credits numeric,
  available_credits numeric,
  transaction_id uuid,
  output jsonb,
  release_reason text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select
    hold.status,
    hold.quality_level_id,
    coalesce(charge.model_id, hold.model_id),
    hold.charged_credits,
    balance.monthly_credits + balance.bonus_credits - balance.debt_credits
      - balance.reserved_credits,
    charge.id,
    kept.output,
    hold.release_reason
  from public.credit_reservations as hold
  join public.organization_credit_balances as balance
    on balance.organization_id = hold.organization_id
  left join public.ai_operation_results as kept on kept.reservation_id = hold.id
  -- The first row of a charge has the id of its reservation.
  left join public.credit_transactions as charge on charge.id = hold.id
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id
$$;

comment on function private.operation_result(uuid, uuid)
  is 'What became of a reservation, with the answer that was kept.';

grant execute on function private.operation_result(uuid, uuid) to purser_api;

-- private/organization_day.sql
/* The day of a moment in the time zone of an organization; null when there is no such one. */
create function private.organization_day(p_organization_id uuid, p_at timestamptz)
returns date
language sql
stable
as $$
  select (p_at at time zone subscription.time_zone)::date
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id
$$;

comment on function private.organization_day(uuid, timestamptz)
  is 'The day of a moment in the time zone of an organization.';

-- private/period_start_before.sql
/*
 * The last moment at or before p_at at which a period begins; the counterpart of next_period_start,
 * with the same days of shorter months.
 */
create function private.period_start_before(
  p_at timestamptz,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select max(start.at)
  from (
    select date_trunc('month', p_at at time zone p_time_zone) - month.past as first_day
    from (values (interval '0'), (interval '1 month')) as month (past)
  ) as month
  cross join lateral (
    select least(
      month.first_day + make_interval(days => p_anchor_day - 1),
      month.first_day + interval '1 month' - interval '1 day'
    ) at time zone p_time_zone as at
  ) as start
  where start.at <= p_at
$$;

comment on function private.period_start_before(timestamptz, integer, text)
  is 'When the period of a moment began: midnight of the anchor day in the time zone, or of the last day of the month.';

-- private/period_start_in.sql
/* When a period begins in the month of a moment, in a time zone, or so long after that month. */
create function private.period_start_in(
  p_moment timestamptz,
  p_later interval,
  p_anchor_day integer,
  p_time_zone text
)
returns timestamptz
language sql
immutable
parallel safe
as $$
  select least(
    date_trunc('month', p_moment at time zone p_time_zone) + p_later
      + make_interval(days => p_anchor_day - 1),
    date_trunc('month', p_moment at time zone p_time_zone) + p_later
      + interval '1 month' - interval '1 day'
  ) at time zone p_time_zone
$$;

comment on function private.period_start_in(timestamptz, interval, integer, text)
  is 'When a period begins in the month of a moment.';

-- private/period_worth.sql
/*
 * What a paid period is worth in plan credits: what the line that began it gave, and for each change of
 * plan, in the order in which they began, the difference of the monthly credits: all of it, or the share
 * of the period that was left, as the better one of the two plans says (upgrade_grant). What
 * cost nothing, as during a trial, changes nothing.
 */
create function private.period_worth(p_organization_id uuid, p_period_line_id text)
returns numeric
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_change record;
  v_worth_credits numeric;
  v_before public.plans;
begin
  for v_change in
    select
      line.kind, line.granted_credits, line.amount_usd, plan,
      extract(epoch from line.period_end - line.period_start)
        / extract(epoch from begun.period_end - begun.period_start) as share
    from public.billing_invoice_lines as line
    join public.plans as plan on plan.id = line.plan_id
    join public.billing_invoice_lines as begun
      on begun.organization_id = line.organization_id and begun.id = line.period_line_id
    where line.organization_id = p_organization_id
      and line.period_line_id = p_period_line_id
      and line.status = 'applied'
    order by line.kind = 'change', line.period_start, line.created_at, line.id
  loop
    if v_change.kind <> 'change' then
      v_worth_credits := v_change.granted_credits;
    elsif v_change.amount_usd > 0 then
      v_worth_credits := v_worth_credits + round(
        ((v_change.plan).monthly_ai_credits - v_before.monthly_ai_credits) * case
          when case
            when (v_change.plan).monthly_ai_credits > v_before.monthly_ai_credits
              then (v_change.plan).upgrade_grant
            else v_before.upgrade_grant
          end = 'full' then 1
          else least(v_change.share, 1)
        end,
        2
      );
    end if;
    v_before := v_change.plan;
  end loop;
  return greatest(v_worth_credits, 0);
end
$$;

comment on function private.period_worth(uuid, text)
  is 'What a paid period with its changes of plan is worth in plan credits.';

-- private/preview_upgrade.sql
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

-- private/promise_session.sql
/*
 * Promises a session its next 90 seconds, three heartbeats, from p_from on: minutes of the plan
 * first, then bought ones, for which credits are held ahead. When there is less, the lease ends with
 * it, and so does the session. Limits, plan and prices are read here, at every move, so a change
 * reaches a running session with its next heartbeat at the latest. Returns the session, not yet
 * stored. The caller holds the gate.
 *
 * A period that ends within reach brings its minutes with it. Bought minutes are never promised
 * beyond it: from then on there are minutes of the plan again. Nothing is promised beyond the moment
 * from which on the subscription is not active.
 */
create function private.promise_session(
  p_session private.metered_sessions,
  p_from timestamptz
)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lease constant interval := interval '90 seconds';
  v_stale_after constant interval := interval '10 minutes';
  v_hold_expires_in_seconds constant integer := 900;
  v_session private.metered_sessions := p_session;
  v_price_credits numeric := private.session_minute_price(p_session.organization_id, p_from);
  v_suspended_at timestamptz := date_trunc(
    'second', private.suspended_at(p_session.organization_id, p_from)
  );
  v_lease_end timestamptz;
  v_covered_until timestamptz;
  v_reach record;
begin
  select * into v_reach
  from private.session_reach(v_session.organization_id, v_session.user_id, p_from);
  v_lease_end := least(p_from + v_lease, v_session.timeout_at, v_suspended_at);
  v_session.included_until := date_trunc('second', v_reach.included_until);

  if v_session.included_until < v_lease_end and v_price_credits is not null
    and v_session.included_until + make_interval(
      secs => v_session.hold_seconds - v_session.hold_used_seconds
    ) < v_lease_end
  then
    v_session := private.close_session_hold(v_session);
    v_session := private.hold_session_credits(v_session, v_price_credits, p_from);
  elsif v_session.included_until >= v_lease_end then
    v_session := private.close_session_hold(v_session);
  elsif v_session.hold_reservation_id is not null then
    perform private.extend_reservations(
      array[v_session.organization_id], array[v_session.hold_reservation_id],
      array[v_hold_expires_in_seconds]
    );
  end if;

  v_covered_until := v_session.included_until + make_interval(
    secs => v_session.hold_seconds - v_session.hold_used_seconds
  );
  if v_session.hold_seconds > 0 and v_covered_until >= v_reach.resets_at then
    v_lease_end := least(v_lease_end, date_trunc('second', v_reach.resets_at));
    v_session.limit_at := 'infinity';
  elsif v_price_credits is not null and v_covered_until >= v_lease_end then
    v_session.limit_at := v_covered_until + private.buyable_session_time(
      v_session.organization_id, v_session.user_id, p_from, v_price_credits
    );
  else
    v_session.limit_at := v_covered_until;
  end if;
  if v_suspended_at <= v_lease_end then
    v_session.limit_at := least(v_session.limit_at, v_suspended_at);
  end if;
  v_session.lease_expires_at := least(v_lease_end, v_session.limit_at);
  v_session.stale_at := p_from + v_stale_after;
  perform private.note_session_limit(v_session, v_reach.limit_minutes, p_from);
  return v_session;
end
$$;

comment on function private.promise_session(private.metered_sessions, timestamptz)
  is 'Promises a session its next seconds, within the minutes and credits that are left.';

-- private/put_on_plan.sql
/*
 * Writes a plan and its terms into an organization's subscription and balance. No credits move, and what
 * is pending stays. The caller holds the gate.
 */
create function private.put_on_plan(
  p_organization_id uuid,
  p_plan public.plans,
  p_at timestamptz
)
returns void
language sql
volatile
as $$
  update public.org_plans as subscription
  set
    plan_id = p_plan.id,
    monthly_ai_credits = p_plan.monthly_ai_credits,
    overdraft_credits = p_plan.overdraft_credits,
    updated_at = p_at
  where subscription.organization_id = p_organization_id;
  update public.organization_credit_balances as balance
  set overdraft_credits = p_plan.overdraft_credits
  where balance.organization_id = p_organization_id;
$$;

comment on function private.put_on_plan(uuid, public.plans, timestamptz)
  is 'Writes a plan and its terms into an organization''s subscription; moves no credits.';

-- private/quota_limits.sql
/*
 * The one place of precedence: every limit that applies to a use of a meter, one row each. For each
 * period (day, month, none) the value of the plan is replaced by the override of the organization,
 * and that by the override of the user; a cap of the member comes on top. All rows bind: the most
 * restrictive one decides. What is not in the plan and not overridden is blocked.
 *
 * scope_user_id tells whose use is measured: 00000000-… is all of the organization, the user where
 * the plan gives each user a limit or an override is for one user; null where a limit for each user
 * meets a use without a user. An override keeps hardness, burst, grace and warnings of the plan's row.
 * For credits there are only caps. `source` says in words for people where the limit comes from.
 */
create function private.quota_limits(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_at timestamptz
)
returns table (
  level text,
  period text,
  scope_user_id uuid,
  limit_amount numeric,
  is_hard boolean,
  burst_amount numeric,
  grace_period_seconds integer,
  warn_ratios numeric[],
  period_start timestamptz,
  period_end timestamptz,
  day date,
  source jsonb
)
language sql
stable
as $$
  with subscription as (
    select subscribed as row, subscribed.plan_id
    from public.org_plans as subscribed
    where subscribed.organization_id = p_organization_id
  ),
  included as (
    select value.*
    from subscription
    join public.plan_meter_limits as value
      on value.plan_id = subscription.plan_id and value.meter_id = p_meter_id
  ),
  override as (
    select distinct on (newest.period, newest.user_id is null) newest.*
    from public.quota_overrides as newest
    where newest.organization_id = p_organization_id
      and newest.meter_id = p_meter_id
      and (newest.user_id is null or newest.user_id = p_user_id)
      and newest.removed_at is null
      and newest.expires_at > p_at
    order by newest.period, newest.user_id is null, newest.created_at desc, newest.id desc
  ),
  named as (
    select included.period from included
    union
    select override.period from override
    union
    select case meter.kind when 'level' then 'none' else 'month' end
    from public.meters as meter
    where meter.id = p_meter_id and not exists (select from included)
  ),
  rule as (
    select
      case when coalesce(own.id, general.id) is null then 'plan' else 'override' end as level,
      named.period,
      case
        when own.id is not null or included.scope = 'user' then p_user_id
        else '00000000-0000-0000-0000-000000000000'
      end as scope_user_id,
      case
        when own.id is not null then own.limit_amount
        when general.id is not null then general.limit_amount
        when included.plan_id is not null then included.limit_amount
        else 0
      end as limit_amount,
      coalesce(included.is_hard, true) as is_hard,
      coalesce(included.burst_amount, 0) as burst_amount,
      coalesce(included.grace_period_seconds, 0) as grace_period_seconds,
      coalesce(included.warn_ratios, '{0.8,1}') as warn_ratios,
      case
        when coalesce(own.id, general.id) is null then jsonb_build_object(
          'plan', subscription.plan_id, 'in_plan', included.plan_id is not null
        )
        else jsonb_build_object(
          'override_id', coalesce(own.id, general.id),
          'user_id', own.user_id,
          'reason', coalesce(own.reason, general.reason),
          'set_by', coalesce(own.actor, general.actor),
          'set_at', coalesce(own.created_at, general.created_at),
          'until', nullif(coalesce(own.expires_at, general.expires_at), 'infinity'),
          'plan', subscription.plan_id,
          'replaced_limit', included.limit_amount
        )
      end as source
    from named
    cross join subscription
    left join included on included.period = named.period
    left join override as own on own.period = named.period and own.user_id is not null
    left join override as general on general.period = named.period and general.user_id is null
    -- A meter outside the plan with an override is what the override makes of it.
    where coalesce(included.plan_id, own.id::text, general.id::text) is not null
      or not exists (select from override)
    union all
    select
      'member_cap', cap.period, cap.user_id, cap.limit_amount, true, 0, 0, '{0.8,1}',
      jsonb_build_object('set_by_user_id', cap.updated_by_user_id, 'set_at', cap.updated_at)
    from public.member_caps as cap
    where cap.organization_id = p_organization_id
      and cap.user_id = p_user_id
      and cap.meter_id = p_meter_id
  )
  select
    rule.level, rule.period, rule.scope_user_id, rule.limit_amount, rule.is_hard,
    rule.burst_amount, rule.grace_period_seconds, rule.warn_ratios, span.period_start,
    span.period_end, span.day, rule.source
  from rule
  cross join subscription
  cross join lateral private.quota_period(
    rule.period, p_meter_id, p_at, subscription.row
  ) as span
$$;

comment on function private.quota_limits(uuid, uuid, text, timestamptz)
  is 'Every limit that applies to a use of a meter: plan, replaced by overrides, and member caps.';

-- private/quota_period.sql
/*
 * The period of a meter that a moment falls into, and its day in the organization's time zone.
 *
 * day: from midnight to midnight there, so 23 or 25 hours long when clocks change. month: the billing
 * period. Where that is over and the next has not been opened yet (billing waits for a payment) it is
 * the one that the anchor day makes; before the current one it is the counter that was kept then.
 * none: always the same.
 */
create function private.quota_period(
  p_period text,
  p_meter_id text,
  p_at timestamptz,
  p_subscription public.org_plans
)
returns table (period_start timestamptz, period_end timestamptz, day date)
language sql
stable
as $$
  select
    case p_period
      when 'none' then '-infinity'::timestamptz
      when 'day' then midnight.at at time zone p_subscription.time_zone
      else month.period_start
    end,
    case p_period
      when 'none' then 'infinity'::timestamptz
      when 'day' then (midnight.at + interval '1 day') at time zone p_subscription.time_zone
      else month.period_end
    end,
    midnight.at::date
  from (
    select date_trunc('day', p_at at time zone p_subscription.time_zone) as at
  ) as midnight
  left join lateral (
    select
      case
        when p_at >= p_subscription.period_end then greatest(
          p_subscription.period_end,
          private.period_start_before(
            p_at, p_subscription.anchor_day, p_subscription.time_zone
          )
        )
        when p_at >= p_subscription.period_start then p_subscription.period_start
        else coalesce(
          (
            select kept.period_start
            from public.quota_usages as kept
            where kept.organization_id = p_subscription.organization_id
              and kept.meter_id = p_meter_id
              and kept.user_id = '00000000-0000-0000-0000-000000000000'
              and kept.period = 'month'
              and kept.period_start <= p_at
              and kept.period_end > p_at
            order by kept.period_start desc
            limit 1
          ),
          private.period_start_before(
            p_at, p_subscription.anchor_day, p_subscription.time_zone
          )
        )
      end as period_start,
      case
        when p_at >= p_subscription.period_end then private.next_period_start(
          p_at, p_subscription.anchor_day, p_subscription.time_zone
        )
        when p_at >= p_subscription.period_start then p_subscription.period_end
        else least(
          private.next_period_start(p_at, p_subscription.anchor_day, p_subscription.time_zone),
          p_subscription.period_start
        )
      end as period_end
    where p_period = 'month'
  ) as month on true
$$;

comment on function private.quota_period(text, text, timestamptz, public.org_plans)
  is 'Start and end of the period that a moment falls into, and its day in the time zone.';

-- private/quota_position.sql
/*
 * The closest limit of each meter for an organization (p_user_id null: only what is measured for all)
 * or for one of its users, with what is used of it, and credits as a row beside them. It reads what
 * enforcement reads. Meters without any such limit have a row without one.
 */
create function private.quota_position(p_organization_id uuid, p_user_id uuid, p_at timestamptz)
returns setof public.quota_positions
language sql
stable
as $$
  select
    subscription.organization_id, meter.id, p_user_id, meter.name, meter.unit, meter.kind,
    case
      when rule.scope_user_id = '00000000-0000-0000-0000-000000000000' then 'organization'
      when rule.level is null then 'organization'
      else 'user'
    end,
    coalesce(rule.level, 'plan'), rule.period, nullif(rule.period_start, '-infinity'),
    nullif(rule.period_end, 'infinity'), rule.limit_amount,
    coalesce(rule.used_amount, counted.used_amount, 0),
    coalesce(rule.held_amount, counted.held_amount, 0),
    case
      when rule.limit_amount is not null
        then greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0)
    end,
    case
      when rule.limit_amount > 0
        then round((rule.used_amount + rule.held_amount) / rule.limit_amount, 4)
      when rule.limit_amount = 0 then 1
    end,
    (
      select max(reached.ratio)
      from unnest(rule.warn_ratios) as reached (ratio)
      where rule.used_amount + rule.held_amount
        >= greatest(reached.ratio * rule.limit_amount, 0.0001)
    ),
    coalesce(rule.is_hard, false), rule.source
  from public.org_plans as subscription
  cross join public.meters as meter
  left join lateral (
    select state.*
    from private.quota_state(
      subscription.organization_id, p_user_id, meter.id, p_at
    ) as state
    where p_user_id is not null
      or state.scope_user_id = '00000000-0000-0000-0000-000000000000'
    order by
      state.limit_amount - state.used_amount - state.held_amount nulls last, state.level,
      state.period
    limit 1
  ) as rule on true
  left join lateral (
    select kept.used_amount, kept.held_amount
    from public.quota_usages as kept
    where rule.level is null
      and kept.organization_id = subscription.organization_id
      and kept.meter_id = meter.id
      and kept.user_id = '00000000-0000-0000-0000-000000000000'
      and kept.period in ('month', 'none')
      and kept.period_start <= p_at
      and kept.period_end > p_at
    order by kept.period_start desc
    limit 1
  ) as counted on true
  where subscription.organization_id = p_organization_id and meter.is_active
  union all
  select
    subscription.organization_id, 'credits', p_user_id, 'Credits', 'credits', 'flow',
    'organization', 'balance', 'month', balance.period_start, balance.period_end,
    here.posted + balance.used_credits, balance.used_credits, balance.reserved_credits,
    greatest(here.posted - balance.reserved_credits, 0),
    case
      when here.posted + balance.used_credits > 0 then round(
        (balance.used_credits + balance.reserved_credits) / (here.posted + balance.used_credits), 4
      )
      else 1
    end,
    null, true, jsonb_build_object('plan', subscription.plan_id)
  from public.org_plans as subscription
  join public.organization_credit_balances as balance
    on balance.organization_id = subscription.organization_id
  cross join lateral (
    select greatest(
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits, 0
    ) as posted
  ) as here
  where subscription.organization_id = p_organization_id
$$;

comment on function private.quota_position(uuid, uuid, timestamptz)
  is 'The closest limit of each meter, with what is used of it; credits as a row beside them.';

-- private/quota_state.sql
/*
 * The limits of quota_limits with what counts against each of them now, and the ceiling above which
 * it refuses: null for what never refuses. Reads only; under the gate it is what decides, without it
 * what a check shows.
 *
 * Ceiling of a hard limit: the limit and its burst. With a grace period also that only from the first
 * use beyond the limit until the period is over, and without a burst there is none meanwhile.
 */
create function private.quota_state(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_at timestamptz
)
returns table (
  level text,
  period text,
  scope_user_id uuid,
  limit_amount numeric,
  is_hard boolean,
  burst_amount numeric,
  grace_period_seconds integer,
  grace_ends_at timestamptz,
  warn_ratios numeric[],
  ceiling_amount numeric,
  used_amount numeric,
  held_amount numeric,
  period_start timestamptz,
  period_end timestamptz,
  day date,
  source jsonb
)
language sql
stable
as $$
  select
    rule.level, rule.period, rule.scope_user_id, rule.limit_amount, rule.is_hard,
    rule.burst_amount, rule.grace_period_seconds, grace.ends_at, rule.warn_ratios,
    case
      when not rule.is_hard then null
      when rule.grace_period_seconds = 0 then rule.limit_amount + rule.burst_amount
      when grace.ends_at <= p_at then rule.limit_amount
      when rule.burst_amount > 0 then rule.limit_amount + rule.burst_amount
    end,
    coalesce(counter.used_amount, 0),
    coalesce(counter.held_amount, 0),
    rule.period_start, rule.period_end, rule.day, rule.source
  from private.quota_limits(p_organization_id, p_user_id, p_meter_id, p_at) as rule
  left join public.quota_usages as counter
    on counter.organization_id = p_organization_id
    and counter.meter_id = p_meter_id
    and counter.user_id = rule.scope_user_id
    and counter.period = rule.period
    and counter.period_start = rule.period_start
  cross join lateral (
    select counter.over_limit_at + make_interval(secs => rule.grace_period_seconds) as ends_at
  ) as grace
$$;

comment on function private.quota_state(uuid, uuid, text, timestamptz)
  is 'The limits of a meter with what is used, held, and where each begins to refuse.';

-- private/rate_limit_windows.sql
/*
 * The rate limits of a capability as they stand: one element for each limit that there is, with what
 * counts against it and when the next place becomes free. That is the next midnight of UTC for the
 * day; for the sliding windows it is when enough requests have left them, null while they are empty
 * or when a limit of 0 blocks for good. The counts and times are those of counted_requests().
 */
create function private.rate_limit_windows(
  p_minute_limit integer,
  p_minute_used bigint,
  p_hour_limit integer,
  p_hour_used bigint,
  p_day_limit integer,
  p_day_used bigint,
  p_times timestamptz[],
  p_at timestamptz
)
returns jsonb
language sql
stable
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'window', limited.name,
        'limit', limited.request_limit,
        'used', limited.used,
        'remaining', greatest(limited.request_limit - limited.used, 0),
        'resets_at', case
          when limited.request_limit = 0 then null
          when limited.name = 'day' then date_trunc('day', p_at, 'UTC') + limited.width
          -- The one after whose leaving one more fits: the oldest, unless the limit was lowered.
          else p_times[least(limited.used, limited.request_limit)] + limited.width
        end
      )
      order by limited.width
    ),
    '[]'
  )
  from (
    values
      ('minute', p_minute_limit, p_minute_used::integer, interval '1 minute'),
      ('hour', p_hour_limit, p_hour_used::integer, interval '1 hour'),
      ('day', p_day_limit, p_day_used::integer, interval '1 day')
  ) as limited (name, request_limit, used, width)
  where limited.request_limit is not null
$$;

comment on function private.rate_limit_windows(
  integer, bigint, integer, bigint, integer, bigint, timestamptz[], timestamptz
) is 'Rate limits of a capability with their use and the time of the next free place.';

-- private/receive_stripe_event.sql
/*
 * Writes an event of Stripe into the inbox, once, and takes it for handling by a lease. This
 * commits before anything is done about the event: a crash afterwards leaves a row that
 * claim_stripe_events finds when the lease has ended. Gate: the event's row.
 *
 * Outcomes: claimed (the caller handles it and calls finish_stripe_event), busy (somebody else is
 * at it), done (applied, ignored or dead; nothing to do). A delivery of what failed before is
 * claimed at once, without waiting for the next attempt.
 */
create function private.receive_stripe_event(
  p_id text,
  p_type text,
  p_api_version text,
  p_created_at timestamptz,
  p_object_id text,
  p_payload jsonb,
  p_lease_seconds integer
)
returns table (outcome text, status text, attempts integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_event public.stripe_events;
begin
  insert into public.stripe_events as event (
    id, type, api_version, created_at, received_at, object_id, next_attempt_at, payload
  )
  values (
    p_id, p_type, p_api_version, p_created_at, private.current_time_utc(), p_object_id,
    private.current_time_utc(), p_payload
  )
  on conflict (id) do update set deliveries = event.deliveries + 1
  returning event.* into v_event;

  v_at := private.current_time_utc();
  outcome := case
    when v_event.next_attempt_at is null then 'done'
    when v_event.lease_expires_at > v_at then 'busy'
    else 'claimed'
  end;
  status := v_event.status;
  attempts := v_event.attempts;
  if outcome = 'claimed' then
    attempts := v_event.attempts + 1;
    update public.stripe_events as event
    set
      attempts = v_event.attempts + 1,
      lease_expires_at = v_at + make_interval(secs => p_lease_seconds)
    where event.id = p_id;
  end if;
  return next;
end
$$;

comment on function private.receive_stripe_event(
  text, text, text, timestamptz, text, jsonb, integer
) is 'Writes an event of Stripe into the inbox once and takes it for handling.';

grant execute on function private.receive_stripe_event(
  text, text, text, timestamptz, text, jsonb, integer
) to purser_api;

-- private/record_invoice.sql
/*
 * Writes an invoice as the payment provider told it just now. A paid or void invoice never goes back
 * to open: that was told before. Returns whether the organization exists. No gate: no credits move.
 */
create function private.record_invoice(p_organization_id uuid, p_invoice jsonb)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.billing_invoices as known (
    organization_id, id, stripe_subscription_id, number, status, billing_reason, amount_due_usd,
    amount_paid_usd, currency, period_start, period_end, hosted_invoice_url, invoice_pdf_url,
    payment_problem, next_payment_attempt_at, created_at, paid_at, updated_at
  )
  select
    organization.id, told.id, told.stripe_subscription_id, told.number, told.status,
    told.billing_reason, told.amount_due_usd, told.amount_paid_usd, told.currency,
    told.period_start, told.period_end, told.hosted_invoice_url, told.invoice_pdf_url,
    left(told.payment_problem, 500), told.next_payment_attempt_at, told.created_at, told.paid_at,
    private.current_time_utc()
  from auth.organizations as organization
  cross join jsonb_to_record(p_invoice) as told (
    id text, stripe_subscription_id text, number text, status text, billing_reason text,
    amount_due_usd numeric, amount_paid_usd numeric, currency text, period_start timestamptz,
    period_end timestamptz, hosted_invoice_url text, invoice_pdf_url text, payment_problem text,
    next_payment_attempt_at timestamptz, created_at timestamptz, paid_at timestamptz
  )
  where organization.id = p_organization_id
  on conflict (organization_id, id) do update
  set
    number = excluded.number,
    status = excluded.status,
    amount_due_usd = excluded.amount_due_usd,
    amount_paid_usd = excluded.amount_paid_usd,
    hosted_invoice_url = excluded.hosted_invoice_url,
    invoice_pdf_url = excluded.invoice_pdf_url,
    payment_problem = excluded.payment_problem,
    next_payment_attempt_at = excluded.next_payment_attempt_at,
    paid_at = excluded.paid_at,
    updated_at = excluded.updated_at
  where not (known.status in ('paid', 'void') and excluded.status in ('draft', 'open'));
  select exists (
    select from auth.organizations as organization where organization.id = p_organization_id
  )
$$;

comment on function private.record_invoice(uuid, jsonb)
  is 'Writes an invoice as the payment provider told it.';

grant execute on function private.record_invoice(uuid, jsonb) to purser_api;

-- private/record_plan_change.sql
/*
 * Keeps what came of a request to change the plan, so that the same request under the same key is
 * answered the same, and returns what is kept: that of an earlier call when there was one. The key and
 * the fingerprint of the request are the caller's; another fingerprint under the key is a conflict.
 */
create function private.record_plan_change(
  p_organization_id uuid,
  p_idempotency_key text,
  p_request text,
  p_plan_id text,
  p_from_plan_id text,
  p_result jsonb,
  p_user_id uuid
)
returns table (is_conflict boolean, result jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.plan_changes (
    organization_id, plan_id, from_plan_id, status, effective_at, adjusted_credits, result,
    requested_by_user_id, idempotency_key, request_fingerprint, created_at
  )
  values (
    p_organization_id, p_plan_id, p_from_plan_id, p_result ->> 'status',
    (p_result ->> 'effective_at')::timestamptz, (p_result ->> 'adjusted_credits')::numeric,
    p_result, p_user_id, p_idempotency_key, sha256(convert_to(p_request, 'UTF8')),
    private.current_time_utc()
  )
  on conflict (organization_id, idempotency_key) do nothing;
  select kept.is_conflict, kept.result
  from private.kept_plan_change(p_organization_id, p_idempotency_key, p_request) as kept
$$;

comment on function private.record_plan_change(uuid, text, text, text, text, jsonb, uuid)
  is 'Keeps what came of a request to change the plan; answers what was kept first.';

grant execute on function private.record_plan_change(uuid, text, text, text, text, jsonb, uuid)
  to purser_api;

-- private/record_stripe_disputes.sql
/*
 * Writes the disputes of a purchase or an invoice as Stripe has them now: an array of
 * {id, payment_intent_id, amount_usd, currency, status, counts, reason, evidence_due_at, created_at}.
 * The caller holds the gate. Returns the sum of those that count.
 */
create function private.record_stripe_disputes(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_id text,
  p_disputes jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.billing_disputes as dispute (
    organization_id, id, purchase_id, invoice_id, stripe_payment_intent_id, amount_usd, currency,
    status, counts, reason, evidence_due_at, created_at, updated_at
  )
  select
    p_organization_id, listed.id, p_purchase_id, p_invoice_id, listed.payment_intent_id,
    listed.amount_usd, listed.currency, listed.status, listed.counts, left(listed.reason, 500),
    listed.evidence_due_at, listed.created_at, p_at
  from jsonb_to_recordset(coalesce(p_disputes, '[]')) as listed (
    id text, payment_intent_id text, amount_usd numeric, currency text, status text,
    counts boolean, reason text, evidence_due_at timestamptz, created_at timestamptz
  )
  on conflict (organization_id, id) do update
    set
      status = excluded.status,
      counts = excluded.counts,
      amount_usd = excluded.amount_usd,
      evidence_due_at = excluded.evidence_due_at,
      updated_at = excluded.updated_at
    where (dispute.status, dispute.counts, dispute.amount_usd, dispute.evidence_due_at)
      is distinct from
        (excluded.status, excluded.counts, excluded.amount_usd, excluded.evidence_due_at);
  return (
    select coalesce(sum(dispute.amount_usd), 0)
    from public.billing_disputes as dispute
    where dispute.organization_id = p_organization_id
      and (dispute.purchase_id = p_purchase_id or dispute.invoice_id = p_invoice_id)
      and dispute.counts
  );
end
$$;

comment on function private.record_stripe_disputes(uuid, uuid, text, jsonb, timestamptz)
  is 'Writes the disputes of a payment as Stripe has them; returns the sum of those that count.';

-- private/record_stripe_refunds.sql
/*
 * Writes the refunds of a purchase or an invoice as Stripe has them now: an array of
 * {id, payment_intent_id, amount_usd, currency, status, counts, reason, created_at}. The
 * caller holds the gate. Returns the sum of those that count.
 */
create function private.record_stripe_refunds(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_invoice_id text,
  p_refunds jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.billing_refunds as refund (
    organization_id, id, purchase_id, invoice_id, stripe_payment_intent_id, amount_usd, currency,
    status, counts, reason, created_at, updated_at
  )
  select
    p_organization_id, listed.id, p_purchase_id, p_invoice_id, listed.payment_intent_id,
    listed.amount_usd, listed.currency, listed.status, listed.counts, left(listed.reason, 500),
    listed.created_at, p_at
  from jsonb_to_recordset(coalesce(p_refunds, '[]')) as listed (
    id text, payment_intent_id text, amount_usd numeric, currency text, status text,
    counts boolean, reason text, created_at timestamptz
  )
  on conflict (organization_id, id) do update
    set
      status = excluded.status,
      counts = excluded.counts,
      amount_usd = excluded.amount_usd,
      updated_at = excluded.updated_at
    where (refund.status, refund.counts, refund.amount_usd)
      is distinct from (excluded.status, excluded.counts, excluded.amount_usd);
  return (
    select coalesce(sum(refund.amount_usd), 0)
    from public.billing_refunds as refund
    where refund.organization_id = p_organization_id
      and (refund.purchase_id = p_purchase_id or refund.invoice_id = p_invoice_id)
      and refund.counts
  );
end
$$;

comment on function private.record_stripe_refunds(uuid, uuid, text, jsonb, timestamptz)
  is 'Writes the refunds of a payment as Stripe has them; returns the sum of those that count.';

-- private/record_usage.sql
/*
 * Counts uses that have happened, whatever the limits say: one row an item in the order of the items.
 * It counts in the day and the billing period of its event time. Gate, replay and decision as in
 * consume_quota; over_limit and warning tell that a limit was passed.
 *
 * Outcomes: recorded, replayed, idempotency_conflict, below_zero, unknown_organization, unknown_meter,
 * unknown_user, invalid_amount, invalid_event_at (older than 35 days, or in the future), invalid_key.
 * SQLSTATEs: LG001, LG002.
 */
create function private.record_usage(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_event_ats timestamptz[],
  p_metadata jsonb[]
)
returns table (item integer, outcome text, usage_id uuid, amount numeric, decision jsonb)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
  select *
  from private.count_usage(
    p_organization_ids, p_user_ids, p_meter_ids, p_amounts, p_idempotency_keys, p_event_ats,
    p_metadata, 'recorded'
  )
$$;

comment on function private.record_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[]
) is 'Counts uses that have happened; arrays in, one outcome row an item in order.';

grant execute on function private.record_usage(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[]
) to purser_api;

-- private/refresh_capability_offers.sql
/*
 * After any change of what capability_offer() reads: makes private.capability_offers what the
 * catalogue says now, in the same transaction, and writes only rows that differ. The caller of
 * lock_catalogue() is alone with it until he commits. A statement that changes nothing does it too.
 */
create function private.refresh_capability_offers()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  with wanted as materialized (
    select offer.* from private.defined_capability_offers() as offer
  ),
  gone as (
    delete from private.capability_offers as stored
    where not exists (
      select
      from wanted
      where wanted.plan_id = stored.plan_id
        and wanted.capability_id = stored.capability_id
        and wanted.asked_level_id = stored.asked_level_id
        and wanted.valid_from = stored.valid_from
    )
  )
  insert into private.capability_offers as stored
  select wanted.* from wanted
  on conflict (plan_id, capability_id, asked_level_id, valid_from) do update
  set
    quality_level_id = excluded.quality_level_id,
    estimated_credits = excluded.estimated_credits,
    model_id = excluded.model_id,
    minute_limit = excluded.minute_limit,
    hour_limit = excluded.hour_limit,
    day_limit = excluded.day_limit,
    allowed_quality_levels = excluded.allowed_quality_levels,
    denial = excluded.denial
  where stored is distinct from excluded;
  return null;
end
$$;

comment on function private.refresh_capability_offers()
  is 'Trigger: the offers follow the catalogue.';

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plans
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.ai_capabilities
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.ai_capability_quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_ai_capabilities
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_ai_capability_quality_levels
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.llm_models
for each statement execute function private.refresh_capability_offers();

create trigger refresh_capability_offers
after insert or update or delete or truncate on public.plan_quality_level_models
for each statement execute function private.refresh_capability_offers();

-- private/refresh_session.sql
/*
 * Gives a running session the lease that the limits of now make of it, without a sign of life: after
 * a change of plan or of what the subscription pays for. When that is not active any more, the session
 * ends at that moment, as one without minutes. Else, what was promised until now stays promised, and bought time that is running costs
 * what it was sold for: unless it is included now, it has its new price from the next sign of life on.
 * Returns the session as stored. The caller holds the gate.
 */
create function private.refresh_session(p_session private.metered_sessions, p_at timestamptz)
returns private.metered_sessions
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session private.metered_sessions;
  v_kept_until timestamptz := least(p_at, p_session.lease_expires_at);
  v_suspended_at timestamptz := date_trunc(
    'second', private.suspended_at(p_session.organization_id, p_at)
  );
begin
  v_session := private.move_session(p_session, p_at, false, null);
  if v_suspended_at <= p_at then
    return private.move_session(v_session, v_suspended_at, false, 'limit_reached');
  elsif v_session.status = 'ended' or exists (
    select
    from private.session_reach(
      v_session.organization_id, v_session.user_id, v_session.last_heartbeat_at
    ) as reach
    where v_session.hold_reservation_id is not null
      and greatest(reach.included_until, v_session.included_until, v_session.last_heartbeat_at)
        < v_kept_until
  ) then
    return v_session;
  end if;
  v_session := private.promise_session(v_session, v_session.last_heartbeat_at);
  v_session.included_until := greatest(
    v_session.included_until, least(p_session.included_until, v_kept_until)
  );
  v_session.limit_at := greatest(v_session.limit_at, v_kept_until);
  v_session.lease_expires_at := greatest(v_session.lease_expires_at, v_kept_until);
  perform private.store_session(v_session);
  return private.move_session(v_session, p_at, false, null);
end
$$;

comment on function private.refresh_session(private.metered_sessions, timestamptz)
  is 'Gives a running session the lease that the limits of now allow.';

-- private/refresh_sessions.sql
/*
 * Trigger: a change of plan, or of whether and until when the subscription is active, reaches the
 * running sessions of the organization at once, whoever made it. Deferred to the end of the transaction, which holds the gate until then: by then the credits
 * and limits of the new plan are in place.
 */
create function private.refresh_sessions()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz;
  v_session private.metered_sessions;
begin
  if not exists (
    select
    from private.metered_sessions as session
    where session.organization_id = new.organization_id and session.status = 'active'
  ) then
    return null;
  end if;
  v_at := private.lock_for_session(new.organization_id);
  for v_session in
    select session.*
    from private.metered_sessions as session
    where session.organization_id = new.organization_id and session.status = 'active'
    order by session.id
  loop
    perform private.refresh_session(v_session, v_at);
  end loop;
  return null;
end
$$;

comment on function private.refresh_sessions()
  is 'Trigger: a change of plan reaches running sessions at once.';

create constraint trigger refresh_sessions
after update of plan_id, status, grace_ends_at on public.org_plans
deferrable initially deferred
for each row when (
  (old.plan_id, old.status, old.grace_ends_at)
    is distinct from (new.plan_id, new.status, new.grace_ends_at)
)
execute function private.refresh_sessions();

-- private/refund_transaction.sql
/*
 * Gives back a charge, an ai_consumption row of the ledger, in part or whole; p_amount_credits null
 * is all that is left of it. However often it is called, never more than was charged. The credits
 * return to the grant they came from, see give_back(). What the organization used stays used: a
 * refund is a gesture, not a correction of the statistics.
 *
 * Gate: the balance row of the organization that was charged. Replay: the same key and request of an
 * organization answers the first refund; `refundable_credits` is what is left of the charge now.
 *
 * Outcomes: refunded, replayed, idempotency_conflict, transaction_not_found, not_refundable (not a
 * charge), invalid_amount (also zero), exceeds_charge (more than is left of it), invalid_key.
 */
create function private.refund_transaction(
  p_transaction_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_idempotency_key text
)
returns table (
  outcome text,
  organization_id uuid,
  grant_id uuid,
  transaction_id uuid,
  refunded_credits numeric,
  refundable_credits numeric,
  available_credits numeric
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_charge public.credit_transactions;
  v_existing public.credit_refunds;
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(
      e'\x1f', p_transaction_id, coalesce(trim_scale(p_amount_credits)::text, ''),
      coalesce(p_reason, '')
    ),
    'UTF8'
  ));
  v_at timestamptz;
  v_left_credits numeric;
begin
  -- Rows of the ledger never change, so this one may be read before the gate.
  select entry.* into v_charge
  from public.credit_transactions as entry
  where entry.id = p_transaction_id;
  organization_id := v_charge.organization_id;
  v_at := private.lock_balances(array[organization_id]);

  select existing.* into v_existing
  from public.credit_refunds as existing
  where existing.organization_id = v_charge.organization_id
    and existing.idempotency_key = p_idempotency_key;
  v_left_credits := -v_charge.amount_credits - coalesce(
    (
      select sum(earlier.amount_credits)
      from public.credit_refunds as earlier
      where earlier.organization_id = v_charge.organization_id
        and earlier.transaction_id = p_transaction_id
    ),
    0
  );
  refunded_credits := coalesce(p_amount_credits, v_left_credits);
  outcome := case
    when v_charge.id is null then 'transaction_not_found'
    when coalesce(length(p_idempotency_key), 0) not between 1 and 200 then 'invalid_key'
    when v_existing.request_fingerprint = v_fingerprint then 'replayed'
    when v_existing.id is not null then 'idempotency_conflict'
    when v_charge.type <> 'ai_consumption' then 'not_refundable'
    when p_amount_credits is not null
      and (private.is_amount(p_amount_credits) and p_amount_credits > 0) is not true
      then 'invalid_amount'
    when v_left_credits = 0 or refunded_credits > v_left_credits then 'exceeds_charge'
    else 'refunded'
  end;

  if outcome = 'refunded' then
    select given.grant_id, given.transaction_id into grant_id, transaction_id
    from private.give_back(
      v_charge, refunded_credits, p_actor, left(p_reason, 500), v_at
    ) as given;
    insert into public.credit_refunds (
      organization_id, transaction_id, reservation_id, amount_credits, grant_id,
      refund_transaction_id, idempotency_key, request_fingerprint, reason, actor, created_at
    )
    values (
      organization_id, p_transaction_id, v_charge.reservation_id, refunded_credits, grant_id,
      transaction_id, p_idempotency_key, v_fingerprint, left(p_reason, 500), p_actor, v_at
    );
    v_left_credits := v_left_credits - refunded_credits;
  else
    refunded_credits := case when outcome = 'replayed' then v_existing.amount_credits else 0 end;
    grant_id := v_existing.grant_id;
    transaction_id := v_existing.refund_transaction_id;
  end if;
  refundable_credits := case when v_charge.type = 'ai_consumption' then v_left_credits else 0 end;
  available_credits := private.expire_kept_grants(organization_id, v_at);
  return next;
end
$$;

comment on function private.refund_transaction(uuid, numeric, jsonb, text, text)
  is 'Gives a charge back in part or whole, to the grants it came from.';

grant execute on function private.refund_transaction(uuid, numeric, jsonb, text, text) to purser_api;

-- private/refuse_ledger_change.sql
/*
 * The ledger is append-only. No role has the privilege to change it; this stops the owner too, whose
 * functions write it: a mistake in one of them must not be able to rewrite history.
 */
create function private.refuse_ledger_change()
returns trigger
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'the ledger is append-only: % is refused', lower(tg_op) using errcode = 'LG004';
end
$$;

comment on function private.refuse_ledger_change() is 'Trigger: refuses changes of written ledger rows (LG004).';

create trigger refuse_ledger_change
before update or delete or truncate on public.credit_transactions
for each statement execute function private.refuse_ledger_change();

create trigger refuse_ledger_change
before update or delete or truncate on public.usage_ledger
for each statement execute function private.refuse_ledger_change();

-- private/reinstate_credits.sql
/*
 * Gives credits again that were taken back: into their grant as far as it has room and is good, the
 * rest as a new grant without expiry. A debt is repaid first. Ledger rows of type admin_adjustment.
 * The caller holds the gate.
 */
create function private.reinstate_credits(
  p_organization_id uuid,
  p_grant_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_payment_metadata jsonb,
  p_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_lot public.credit_grants;
  v_credits numeric;
  v_repaid_credits numeric;
  v_kept_credits numeric;
begin
  select balance.* into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  select lot.* into v_lot
  from public.credit_grants as lot
  where lot.id = p_grant_id and lot.expires_at > p_at;
  v_credits := least(
    p_amount_credits,
    coalesce(v_lot.granted_credits - v_lot.repaid_debt_credits - v_lot.remaining_credits, 0)
  );

  if v_credits > 0 then
    v_repaid_credits := least(v_balance.debt_credits, v_credits);
    v_kept_credits := v_credits - v_repaid_credits;
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits + v_kept_credits,
      repaid_debt_credits = lot.repaid_debt_credits + v_repaid_credits,
      closed_at = case when lot.remaining_credits + v_kept_credits = 0 then lot.closed_at end
    where lot.id = p_grant_id;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', v_credits,
      v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits + v_credits,
      p_grant_id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        + case when v_lot.source = 'plan' then v_kept_credits else 0 end,
      bonus_credits = balance.bonus_credits
        + case when v_lot.source = 'plan' then 0 else v_kept_credits end,
      debt_credits = balance.debt_credits - v_repaid_credits,
      next_grant_expires_at = case
        when v_kept_credits > 0 then least(balance.next_grant_expires_at, v_lot.expires_at)
        else balance.next_grant_expires_at
      end
    where balance.organization_id = p_organization_id;
  end if;

  if v_credits < p_amount_credits then
    perform private.add_grant(
      p_organization_id, 'adjustment', 'admin_adjustment', p_amount_credits - v_credits, 50,
      'infinity', p_actor, p_reason, null, null, p_at, p_payment_metadata
    );
  end if;
end
$$;

comment on function private.reinstate_credits(
  uuid, uuid, numeric, jsonb, text, jsonb, timestamptz
) is 'Gives credits again that were taken back; repays debt first.';

-- private/release_credits.sql
/*
 * Ends reservations without a charge, one row an item in the order of the items.
 *
 * Gate: the balance rows (lock_balances), under which it is seen that nothing has ended them.
 * Replay: releasing again answers the first release. After a settlement or an expiry the answer is
 * reservation_not_open with that status: there is nothing left to give back.
 *
 * Outcomes: released, replayed, reservation_not_found (also another organization's),
 * reservation_not_open. SQLSTATEs: LG001, LG002.
 */
create function private.release_credits(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_reasons text[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  released_credits numeric,
  available_credits numeric,
  replayed boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids), cardinality(p_reasons)
  );
  v_at := private.lock_balances(p_organization_ids);

  if not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= v_at
  ) then
    return query
    select * from private.apply_releases(p_organization_ids, p_reservation_ids, p_reasons, v_at);
    return;
  end if;

  -- An expired grant is kept only for open holds: as each one ends, what it needed no longer counts.
  for v_index in 1 .. v_items loop
    select done.*
    into item, outcome, reservation_id, status, released_credits, available_credits, replayed
    from private.apply_releases(
      p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
      p_reasons[v_index : v_index], v_at
    ) as done;
    item := v_index;
    available_credits := private.expire_kept_grants(p_organization_ids[v_index], v_at);
    return next;
  end loop;
end
$$;

comment on function private.release_credits(uuid[], uuid[], text[])
  is 'Gives held credits back; arrays in, one outcome row an item in order.';

grant execute on function private.release_credits(uuid[], uuid[], text[]) to purser_api;

-- private/remove_quota_override.sql
/*
 * Takes an override back: from now on what it replaced counts again. The row stays, with who did it.
 * Outcomes: removed, replayed (it was removed before), override_not_found.
 */
create function private.remove_quota_override(p_override_id uuid, p_actor jsonb)
returns table (outcome text, organization_id uuid, meter_id text, removed_at timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
begin
  select override.organization_id
  into organization_id
  from public.quota_overrides as override
  where override.id = p_override_id;
  v_at := private.lock_balances(array[organization_id]);

  update public.quota_overrides as override
  set removed_at = v_at, removed_by = p_actor
  where override.id = p_override_id and override.removed_at is null;
  outcome := case when found then 'removed' else 'replayed' end;

  select override.organization_id, override.meter_id, override.removed_at
  into organization_id, meter_id, removed_at
  from public.quota_overrides as override
  where override.id = p_override_id;
  if not found then
    outcome := 'override_not_found';
  end if;
  return next;
end
$$;

comment on function private.remove_quota_override(uuid, jsonb) is 'Takes an override of a quota back.';

grant execute on function private.remove_quota_override(uuid, jsonb) to purser_api;

-- private/rename_members.sql
/* A user who is called otherwise from now on: his memberships name him so, for what he causes then. */
create function private.rename_members()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update auth.members as membership
  set actor = private.actor_of_user(new.id)
  where membership.user_id = new.id;
  return null;
end
$$;

comment on function private.rename_members() is 'Writes the new name of a user to his memberships.';

create trigger rename_members
after update of name, email on auth.users
for each row when ((old.name, old.email) is distinct from (new.name, new.email))
execute function private.rename_members();

-- private/replay_stripe_event.sql
/*
 * Takes an event of the inbox for handling once more, whatever became of it; the caller handles it
 * and calls finish_stripe_event. What it says is applied at most once: that is the business of the
 * functions that apply it. No row: there is no such event. Outcomes: claimed, busy.
 */
create function private.replay_stripe_event(p_id text, p_lease_seconds integer)
returns table (outcome text, attempts integer, payload jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz;
  v_lease_expires_at timestamptz;
begin
  select event.lease_expires_at, event.attempts, event.payload
  into v_lease_expires_at, attempts, payload
  from public.stripe_events as event
  where event.id = p_id
  for no key update;
  if not found then
    return;
  end if;
  v_at := private.current_time_utc();
  outcome := case when v_lease_expires_at > v_at then 'busy' else 'claimed' end;
  if outcome = 'claimed' then
    attempts := 1;
    update public.stripe_events as event
    set
      status = 'received',
      attempts = 1,
      next_attempt_at = v_at,
      applied_at = null,
      lease_expires_at = v_at + make_interval(secs => p_lease_seconds)
    where event.id = p_id;
  end if;
  return next;
end
$$;

comment on function private.replay_stripe_event(text, integer)
  is 'Takes an event of the inbox for handling once more.';

grant execute on function private.replay_stripe_event(text, integer) to purser_api;

-- private/require_batch.sql
/*
 * Misuse of a batch function: arrays of different lengths (LG001) or a batch that would hold locks
 * for too long (LG002). Lengths in the order of the arguments; returns the number of items.
 */
create function private.require_batch(variadic p_lengths integer[])
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (p_lengths[1] = all (p_lengths)) is not true then
    raise exception 'the arrays of a batch must have the same length, not %', p_lengths
      using errcode = 'LG001';
  end if;
  if p_lengths[1] > 1000 then
    raise exception 'a batch has at most 1000 items, not %', p_lengths[1] using errcode = 'LG002';
  end if;
  return p_lengths[1];
end
$$;

comment on function private.require_batch(integer[]) is 'Raises LG001 or LG002 when arrays do not make a batch.';

-- private/reservation_candidates.sql
/*
 * The items of reserve_credits with everything needed to decide them: the rules, what is available
 * now, and the reservation that already holds the key. `outcome` is set where it does not depend on
 * the other items of the batch. The caller holds the gate of every organization.
 */
create function private.reservation_candidates(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_at timestamptz
)
returns setof private.reservation_candidate
language sql
stable
as $$
  select
    rule.item,
    rule.organization_id,
    rule.user_id,
    rule.plan_id,
    rule.capability_id,
    coalesce(existing.quality_level_id, rule.quality_level_id),
    case when existing.id is null then rule.model_id else existing.model_id end,
    -- Two decimals in every answer; an amount with more is shown as it came, and refused.
    case
      when existing.id is not null then existing.amount_credits
      when scale(rule.amount_credits) < 2 then round(rule.amount_credits, 2)
      else rule.amount_credits
    end,
    p_idempotency_keys[rule.item],
    fingerprint.hash,
    coalesce(existing.id, private.reservation_id_at(p_at)),
    coalesce(existing.status, 'reserved'),
    coalesce(existing.expires_at, private.hold_expiry(p_expires_in_seconds[rule.item], p_at)),
    rule.minute_limit,
    rule.hour_limit,
    rule.day_limit,
    rule.minute_used,
    rule.hour_used,
    rule.day_used,
    rule.available_credits,
    rule.place,
    rule.actor,
    case
      when rule.refusal = 'unknown_organization' then rule.refusal
      when p_idempotency_keys[rule.item] is null
        or length(p_idempotency_keys[rule.item]) not between 1 and 200 then 'invalid_key'
      when existing.request_fingerprint = fingerprint.hash then 'replayed'
      when existing.id is not null then 'idempotency_conflict'
      else rule.refusal
    end,
    null::integer
  from private.access_rules(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, p_at
  ) as rule
  left join lateral (
    select
      made.id, made.quality_level_id, made.model_id, made.amount_credits, made.request_fingerprint,
      coalesce(made.ended_as, case when charge.id is null then 'reserved' else 'settled' end)
        as status,
      made.expires_at
    from private.credit_holds as made
    left join public.credit_transactions as charge on charge.id = made.id
    -- In this form only the index of keys can serve it.
    where made.organization_id is not distinct from rule.organization_id
      and made.idempotency_key = p_idempotency_keys[rule.item]
      and made.idempotency_key > ''
    limit 1
  ) as existing on true
  cross join lateral (
    select private.reservation_fingerprint(
      rule.user_id, rule.capability_id, p_quality_level_ids[rule.item],
      p_amounts_credits[rule.item], p_contexts[rule.item]
    ) as hash
  ) as fingerprint
$$;

comment on function private.reservation_candidates(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Items of a reservation batch with all that is needed to decide them.';

-- private/reservation_fingerprint.sql
/*
 * Hash of a request for credits as it came, before defaults: those may change between the request
 * and its replay.
 */
create function private.reservation_fingerprint(
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric,
  p_context jsonb
)
returns bigint
language sql
immutable
parallel safe
as $$
  -- Each hash is the seed of the next. It is compared within one key of one organization only, where
  -- 64 bits are plenty. The text of the context, as jsonb_hash_extended hashes some documents alike.
  select hashtextextended(
    coalesce(p_context::text, ''),
    hash_numeric_extended(
      coalesce(p_amount_credits, -1),
      hashtextextended(
        coalesce(p_quality_level_id, ''),
        hashtextextended(
          coalesce(p_capability_id, ''),
          uuid_hash_extended(coalesce(p_user_id, '00000000-0000-0000-0000-000000000000'), 0)
        )
      )
    )
  )
$$;

comment on function private.reservation_fingerprint(uuid, text, text, numeric, jsonb)
  is 'Hash of a request for credits, to tell a replay from a conflict.';

-- private/reservation_id_at.sql
/*
 * A new version 7 uuid of a moment, which is not that of the real clock where a test set ours: the
 * rate limits find reservations of a time by their ids.
 */
create function private.reservation_id_at(p_at timestamptz)
returns uuid
language sql
volatile
as $$
  select uuidv7(p_at - clock_timestamp())
$$;

comment on function private.reservation_id_at(timestamptz) is 'A new version 7 uuid of a moment.';

-- private/reserve_capped.sql
/*
 * reserve_credits for batches with organizations that cap members. Items of the others go their usual
 * way together; those of capped organizations are held one by one, and a hold that would pass a cap of
 * its member is undone (a subtransaction) and answered member_cap_exceeded: the last rule, after plan,
 * rate limits and credits. The caller holds the gates.
 */
create function private.reserve_capped(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_others integer[];
  v_item integer;
begin
  select array_agg(number.item order by number.item)
  into v_others
  from generate_series(1, cardinality(p_organization_ids)) as number (item)
  where not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = p_organization_ids[number.item] and balance.has_member_caps
  );
  return query
  select
    v_others[made.item], made.outcome, made.reservation_id, made.status, made.quality_level_id,
    made.model_id, made.amount_credits, made.available_credits, made.required_credits,
    made.expires_at, made.replayed, made.allowed_quality_levels, made.unlocked_by_plan,
    made.retry_after_seconds
  from (
    select
      array_agg(p_organization_ids[place] order by place) as organization_ids,
      array_agg(p_user_ids[place] order by place) as user_ids,
      array_agg(p_capability_ids[place] order by place) as capability_ids,
      array_agg(p_quality_level_ids[place] order by place) as quality_level_ids,
      array_agg(p_amounts_credits[place] order by place) as amounts_credits,
      array_agg(p_idempotency_keys[place] order by place) as idempotency_keys,
      array_agg(p_expires_in_seconds[place] order by place) as expires_in_seconds,
      array_agg(p_contexts[place] order by place) as contexts
    from unnest(v_others) as place
  ) as other
  cross join lateral private.reserve_credits(
    other.organization_ids, other.user_ids, other.capability_ids, other.quality_level_ids,
    other.amounts_credits, other.idempotency_keys, other.expires_in_seconds, other.contexts
  ) as made
  where v_others is not null;

  for v_item in 1 .. cardinality(p_organization_ids) loop
    continue when v_item = any (v_others);
    begin
      select made.*
      into
        item, outcome, reservation_id, status, quality_level_id, model_id, amount_credits,
        available_credits, required_credits, expires_at, replayed, allowed_quality_levels,
        unlocked_by_plan, retry_after_seconds
      from private.apply_reservations(
        private.decide_reservations(
          (
            select array_agg(candidate)
            from private.reservation_candidates(
              p_organization_ids[v_item : v_item], p_user_ids[v_item : v_item],
              p_capability_ids[v_item : v_item], p_quality_level_ids[v_item : v_item],
              p_amounts_credits[v_item : v_item], p_idempotency_keys[v_item : v_item],
              p_expires_in_seconds[v_item : v_item], p_contexts[v_item : v_item], p_at
            ) as candidate
          ),
          p_at
        ),
        p_contexts[v_item : v_item], p_at
      ) as made;
      if outcome = 'reserved' and not private.hold_capped(
        p_organization_ids[v_item], p_user_ids[v_item], reservation_id, amount_credits, p_at
      ) then
        raise exception 'a cap refuses' using errcode = 'LG011';
      end if;
    exception when sqlstate 'LG011' then
      outcome := 'member_cap_exceeded';
      available_credits := available_credits + amount_credits;
      reservation_id := null;
      status := null;
      expires_at := null;
    end;
    item := v_item;
    return next;
  end loop;
end
$$;

comment on function private.reserve_capped(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Holds credits for batches with organizations that cap members.';

-- private/reserve_credits.sql
/*
 * Holds credits before AI work, one row an item in the order of the items; the result is the one of
 * the same calls made one after the other. Nothing is stored for a denial.
 *
 * Gate: the balance row of each organization (lock_balances); the whole access check is decided
 * under it. A new hold fits what is available, so that pages show the number that decides; the
 * overdraft is for settlements that cost more than their hold.
 * The usual batch is judged and written by one statement: even if all items are accepted each one
 * fits, and nothing speaks against any. Then their order does not matter. Any other batch writes
 * nothing there and is decided in turn. Whether a key was used before, also by an item of the same
 * batch, is left to the index of the keys: its unique_violation undoes what the statement wrote.
 * Replay: the same key and request of an organization gives its first reservation again, whatever
 * became of it; another request under the key is idempotency_conflict.
 *
 * The settings leave the planner nested loops over indexes only, and rows to change are found by
 * their place (ctid), which cannot move while the gate is held. So the cost follows the size of the
 * batch and never that of the tables, whatever was known about them when the plan was made.
 *
 * Outcomes: reserved, replayed, idempotency_conflict, insufficient_credits, rate_limited,
 * member_cap_exceeded, capability_not_in_plan, capability_disabled, quality_level_not_allowed,
 * subscription_inactive,
 * unknown_organization, unknown_user, unknown_capability, unknown_quality_level, invalid_amount,
 * invalid_key (callers validate keys, so this shows a fault of the caller).
 * SQLSTATEs: LG001 arrays of different lengths, LG002 batch too large.
 */
create function private.reserve_credits(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
  v_id_start text;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_user_ids), cardinality(p_capability_ids),
    cardinality(p_quality_level_ids), cardinality(p_amounts_credits),
    cardinality(p_idempotency_keys), cardinality(p_expires_in_seconds), cardinality(p_contexts)
  );

  begin
    -- Inside: who locks a row outside of a block and changes it inside makes a multixact each time.
    v_at := private.lock_balances(p_organization_ids);
    -- Random for the batch, then the number of the item (of 1,000 at most): half of what an id of its
    -- own would take. 50 random bits stay, as the ledger takes ids of all organizations.
    v_id_start := left(private.reservation_id_at(v_at)::text, 33);

    return query
    with candidate as materialized (
      select
        rule.item, rule.organization_id, rule.user_id, rule.capability_id, rule.quality_level_id,
        rule.model_id, rule.minute_limit, rule.hour_limit, rule.day_limit, rule.minute_used,
        rule.hour_used, rule.day_used, rule.available_credits, rule.place, rule.actor,
        rule.has_member_caps, rule.refusal,
        round(rule.amount_credits, 2) as held_credits,
        (v_id_start || lpad(to_hex(rule.item), 3, '0'))::uuid as reservation_id,
        private.hold_expiry(p_expires_in_seconds[rule.item], v_at) as expires_at
      from private.access_rules(
        p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits, v_at
      ) as rule
    ),
    wanted as materialized (
      select
        candidate.place,
        sum(candidate.held_credits) as held_credits,
        min(candidate.expires_at) as first_expiry_at,
        bool_and(
          candidate.refusal is null
          and not candidate.has_member_caps
          and coalesce(length(p_idempotency_keys[candidate.item]), 0) between 1 and 200
        )
        and sum(candidate.held_credits) <= min(candidate.available_credits) as is_plain
      from candidate
      group by candidate.place
    ),
    verdict as materialized (
      select
        (select bool_and(wanted.is_plain) from wanted)
        and not exists (
          select
          from candidate
          where coalesce(candidate.minute_limit, candidate.hour_limit, candidate.day_limit) is not null
          group by candidate.organization_id, candidate.capability_id
          having private.limits_refusal(
            min(candidate.minute_limit), min(candidate.minute_used) + count(*) - 1,
            min(candidate.hour_limit), min(candidate.hour_used) + count(*) - 1,
            min(candidate.day_limit), min(candidate.day_used) + count(*) - 1,
            0, 0
          ) is not null
        ) as is_plain
    ),
    stored as (
      insert into private.credit_holds (
        organization_id, id, user_id, capability_id, quality_level_id, model_id, amount_credits,
        idempotency_key, request_fingerprint, context, actor, expires_at, created_at
      )
      select
        candidate.organization_id, candidate.reservation_id, candidate.user_id,
        candidate.capability_id, candidate.quality_level_id, candidate.model_id,
        candidate.held_credits, p_idempotency_keys[candidate.item],
        private.reservation_fingerprint(
          candidate.user_id, candidate.capability_id, p_quality_level_ids[candidate.item],
          p_amounts_credits[candidate.item], p_contexts[candidate.item]
        ),
        p_contexts[candidate.item], candidate.actor, candidate.expires_at, v_at
      from candidate
      where (select verdict.is_plain from verdict)
      returning true as is_stored
    ),
    counted as (
      update public.organization_credit_balances as balance
      set
        reserved_credits = balance.reserved_credits + wanted.held_credits,
        next_hold_expires_at = least(balance.next_hold_expires_at, wanted.first_expiry_at)
      from wanted
      where balance.ctid = wanted.place and (select verdict.is_plain from verdict)
    )
    select
      candidate.item,
      'reserved',
      candidate.reservation_id,
      'reserved',
      candidate.quality_level_id,
      candidate.model_id,
      candidate.held_credits,
      candidate.available_credits - sum(candidate.held_credits) over (
        partition by candidate.place order by candidate.item rows unbounded preceding
      ),
      candidate.held_credits,
      candidate.expires_at,
      false,
      null::text[],
      null::text,
      null::integer
    from candidate
    -- All rows are written before the first is answered: an answer cannot be taken back.
    where (select verdict.is_plain from verdict) and (select bool_and(stored.is_stored) from stored)
    order by candidate.item;
    if found or v_items = 0 then
      return;
    end if;
  exception when unique_violation then
    -- What was undone is the gate as well.
    v_at := private.lock_balances(p_organization_ids);
  end;

  return query
  select *
  from private.reserve_in_turn(
    p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
    p_idempotency_keys, p_expires_in_seconds, p_contexts, v_at
  );
end
$$;

comment on function private.reserve_credits(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[]
) is 'Holds credits before AI work; arrays in, one outcome row an item in order.';

grant execute on function private.reserve_credits(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[]
) to purser_api;

-- private/reserve_credits_with_quotas.sql
/*
 * Holds credits and meters together, one row an item in the order of the items: all of an item or
 * nothing. p_quotas is an array of {meter, amount} for each item. Credits are judged first, so a
 * refusal for the plan comes before one for a meter.
 *
 * Gate: the balance rows. A line that is refused undoes the hold of its item (a subtransaction).
 * Replay: lines are part of the request, kept in its context under `quotas`. Settlement books the
 * lines, release and expiry give them back (close_quota_holds).
 * Outcomes: those of reserve_credits, and quota_exceeded, member_cap_exceeded, user_required,
 * invalid_quotas with `decision` of the line: its meter and what the limits say. SQLSTATEs: LG001, LG002.
 */
create function private.reserve_credits_with_quotas(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_quotas jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer,
  decision jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_refused record;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_contexts), cardinality(p_quotas)
  );
  perform private.lock_balances(p_organization_ids);

  for v_index in 1 .. v_items loop
    decision := null;
    begin
      select made.*
      into
        item, outcome, reservation_id, status, quality_level_id, model_id, amount_credits,
        available_credits, required_credits, expires_at, replayed, allowed_quality_levels,
        unlocked_by_plan, retry_after_seconds
      from private.reserve_credits(
        p_organization_ids[v_index : v_index], p_user_ids[v_index : v_index],
        p_capability_ids[v_index : v_index], p_quality_level_ids[v_index : v_index],
        p_amounts_credits[v_index : v_index], p_idempotency_keys[v_index : v_index],
        p_expires_in_seconds[v_index : v_index],
        array[
          coalesce(nullif(p_contexts[v_index], 'null'), '{}')
            || jsonb_build_object('quotas', p_quotas[v_index])
        ]
      ) as made;
      if outcome = 'reserved' then
        select refusal.* into v_refused
        from private.hold_quotas(
          p_organization_ids[v_index], p_user_ids[v_index], reservation_id, p_quotas[v_index]
        ) as refusal;
        if v_refused.outcome <> 'held' then
          raise exception 'a line is refused' using errcode = 'LG010';
        end if;
      end if;
    exception when sqlstate 'LG010' then
      outcome := v_refused.outcome;
      decision := v_refused.decision;
      available_credits := available_credits + amount_credits;
      reservation_id := null;
      status := null;
      expires_at := null;
    end;
    item := v_index;
    return next;
  end loop;
end
$$;

comment on function private.reserve_credits_with_quotas(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], jsonb[]
) is 'Holds credits and meters together, all of an item or nothing.';

grant execute on function private.reserve_credits_with_quotas(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], jsonb[]
) to purser_api;

-- private/reserve_in_turn.sql
/*
 * Any batch of reserve_credits. What speaks against an item is nothing to other organizations: only
 * where something does, or a limit counts the requests, are the items decided one after the other. A
 * batch with an organization that caps members goes on to reserve_capped.
 * The caller holds the gate.
 */
create function private.reserve_in_turn(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_capability_ids text[],
  p_quality_level_ids text[],
  p_amounts_credits numeric[],
  p_idempotency_keys text[],
  p_expires_in_seconds integer[],
  p_contexts jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  quality_level_id text,
  model_id text,
  amount_credits numeric,
  available_credits numeric,
  required_credits numeric,
  expires_at timestamptz,
  replayed boolean,
  allowed_quality_levels text[],
  unlocked_by_plan text,
  retry_after_seconds integer
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
#variable_conflict use_column
declare
  v_plain private.reservation_candidate[];
  v_odd private.reservation_candidate[];
begin
  if exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids) and balance.has_member_caps
  ) then
    return query
    select *
    from private.reserve_capped(
      p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
      p_idempotency_keys, p_expires_in_seconds, p_contexts, p_at
    ) as made
    order by made.item;
    return;
  end if;

  select
    array_agg(judged.candidate) filter (where judged.is_plain),
    array_agg(judged.candidate order by judged.organization_id, judged.item)
      filter (where not judged.is_plain)
  into v_plain, v_odd
  from (
    select
      turned.candidate,
      turned.organization_id,
      turned.item,
      coalesce(
        bool_and(turned.is_free and turned.turn = 1) over account
        and sum(turned.amount_credits) over account <= turned.available_credits,
        false
      ) as is_plain
    from (
      select
        candidate,
        candidate.organization_id,
        candidate.item,
        candidate.amount_credits,
        candidate.available_credits,
        candidate.outcome is null
          and coalesce(candidate.minute_limit, candidate.hour_limit, candidate.day_limit) is null
          as is_free,
        row_number() over (
          partition by candidate.organization_id, candidate.idempotency_key
        ) as turn
      from private.reservation_candidates(
        p_organization_ids, p_user_ids, p_capability_ids, p_quality_level_ids, p_amounts_credits,
        p_idempotency_keys, p_expires_in_seconds, p_contexts, p_at
      ) as candidate
    ) as turned
    window account as (partition by turned.organization_id)
  ) as judged;
  return query
  select *
  from private.apply_reservations(
    v_plain || private.decide_reservations(v_odd, p_at), p_contexts, p_at
  );
end
$$;

comment on function private.reserve_in_turn(
  uuid[], uuid[], text[], text[], numeric[], text[], integer[], jsonb[], timestamptz
) is 'Holds credits for any batch; where something speaks against an item, decides item by item.';

-- private/reset_organizations.sql
/*
 * Brings organizations up to date: overdue holds are given back, grants expire, and where a period
 * has ended the next one begins with its rollover and allocation, as often as periods were missed; for
 * billed organizations, if it is paid. The caller holds the gates. Returns how many periods it started.
 */
create function private.reset_organizations(p_organization_ids uuid[], p_at timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[] := p_organization_ids;
  v_plain_ids uuid[];
  v_started integer;
  v_paid integer;
  v_total integer := 0;
begin
  -- Mostly holds are due, and then this look is all that it costs.
  if exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.period_end <= p_at
      and balance.reserved_credits = 0
  ) then
    v_plain_ids := private.start_plain_periods(p_organization_ids, p_at);
    v_total := coalesce(cardinality(v_plain_ids), 0);
    if v_total = cardinality(p_organization_ids) then
      return v_total;
    end if;
    v_organization_ids := array(
      select asked.id from unnest(p_organization_ids) as asked (id)
      except
      select done.id from unnest(v_plain_ids) as done (id)
    );
    if cardinality(v_organization_ids) = 0 then
      return v_total;
    end if;
  end if;
  perform private.expire_overdue_holds(v_organization_ids, p_at);
  loop
    perform private.expire_due_grants(v_organization_ids, p_at);
    v_started := private.start_due_periods(v_organization_ids, p_at);
    v_paid := private.start_paid_periods(v_organization_ids, p_at);
    v_total := v_total + v_started + v_paid;
    exit when v_started + v_paid = 0;
    -- Mostly one period was missed, and a look at the balances saves the round that finds nothing.
    exit when v_paid = 0 and not exists (
      select
      from public.organization_credit_balances as balance
      where balance.organization_id = any (v_organization_ids)
        and least(balance.period_end, balance.next_grant_expires_at) <= p_at
    );
  end loop;
  return v_total;
end
$$;

comment on function private.reset_organizations(uuid[], timestamptz)
  is 'Starts every period that is due for locked organizations; returns how many.';

-- private/reset_periods.sql
/*
 * Job: starts the new period of organizations whose period has ended, at most p_limit in a call, in
 * one short transaction. Takes the gates that are free and skips the others, so it can run twice and
 * in many places: a period that has moved on is not due any more. An organization that cannot be
 * reset is counted in `failed`, keeps its old period and is skipped by the rest of the run through
 * the cursor (p_after_period_end, p_after_organization_id), which is where this call ended.
 * `processed` counts organizations, `periods` what they had missed.
 */
create function private.reset_periods(
  p_limit integer,
  p_after_period_end timestamptz,
  p_after_organization_id uuid
)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  periods integer,
  after_period_end timestamptz,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
-- A batch is read in the order of an index, whatever is due beyond it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.current_time_utc();
  v_organization_ids uuid[];
  v_organization_id uuid;
begin
  select
    array_agg(locked.organization_id order by locked.due_at, locked.organization_id),
    max(locked.due_at)
  into v_organization_ids, after_period_end
  from (
    select
      balance.organization_id,
      least(balance.next_grant_expires_at, balance.period_end) as due_at
    from public.organization_credit_balances as balance
    where least(balance.next_grant_expires_at, balance.period_end) <= v_at
      and balance.period_end <= v_at
      and (least(balance.next_grant_expires_at, balance.period_end), balance.organization_id)
        > (p_after_period_end, p_after_organization_id)
      -- Never a join, so the index above gives the order.
      and (
        select subscription.stripe_subscription_id is null
        from public.org_plans as subscription
        where subscription.organization_id = balance.organization_id
      )
    order by least(balance.next_grant_expires_at, balance.period_end), balance.organization_id
    limit p_limit
    for no key update skip locked
  ) as locked;
  -- Nobody can write these ledgers any more: from here on the time is later than their last rows.
  v_at := private.current_time_utc();
  processed := coalesce(cardinality(v_organization_ids), 0);
  failed := 0;
  periods := 0;
  remaining := processed = p_limit;
  after_organization_id := v_organization_ids[processed];

  begin
    periods := private.reset_organizations(v_organization_ids, v_at);
  exception when others then
    -- One of them is wrong: the others must not wait for it.
    foreach v_organization_id in array v_organization_ids loop
      begin
        periods := periods + private.reset_organizations(array[v_organization_id], v_at);
      exception when others then
        failed := failed + 1;
        raise warning 'reset of organization % failed: %', v_organization_id, sqlerrm;
      end;
    end loop;
  end;
  processed := processed - failed;
  return next;
end
$$;

comment on function private.reset_periods(integer, timestamptz, uuid)
  is 'Job: starts due periods, skipping organizations that are busy.';

grant execute on function private.reset_periods(integer, timestamptz, uuid) to purser_api;

-- private/restart_credit_usage.sql
/*
 * Trigger: in another time zone the days of charges are others, so the roll-up of the organization
 * begins anew. Until the job has made it again, queries read the ledger itself.
 */
create function private.restart_credit_usage()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Waits also for a fold that has only just made the mark, and would else write days of the old zone.
  insert into private.credit_usage_folds as mark (organization_id, folded_sequence)
  values (new.organization_id, 0)
  on conflict (organization_id) do update set folded_sequence = 0;
  delete from public.credit_usage_daily as daily
  where daily.organization_id = new.organization_id;
  return null;
end
$$;

comment on function private.restart_credit_usage()
  is 'Trigger: a change of the time zone starts the roll-up of credits anew.';

create trigger restart_credit_usage
after update of time_zone on public.org_plans
for each row when (old.time_zone <> new.time_zone)
execute function private.restart_credit_usage();

-- private/retry_after_seconds.sql
/*
 * How long until a request of a capability fits its rate limits again: the longest wait of the
 * windows that are full. p_taken counts requests accepted at this moment and not yet stored.
 * Null when a limit of 0 blocks for good.
 */
create function private.retry_after_seconds(
  p_organization_id uuid,
  p_capability_id text,
  p_minute_limit integer,
  p_hour_limit integer,
  p_day_limit integer,
  p_taken integer,
  p_at timestamptz
)
returns integer
language sql
stable
as $$
  -- A window is free again when the request that is `limit` places back from now has left it.
  with sliding as (
    select p_minute_limit as request_limit, interval '1 minute' as width
    union all
    select p_hour_limit, interval '1 hour'
  ),
  wait as (
    select sliding.width - (p_at - counted.created_at) as remaining
    from sliding
    cross join lateral (
      select counted.created_at
      from (
        select p_at as created_at, null::uuid as id
        from generate_series(1, p_taken)
        union all
        select made.created_at, made.id
        from private.credit_holds as made
        where made.organization_id = p_organization_id
          and made.id >= private.first_uuid_at(p_at - sliding.width)
          and made.created_at > p_at - sliding.width
          and made.capability_id = p_capability_id
          and coalesce(made.ended_as, 'settled') = 'settled'
      ) as counted
      order by counted.created_at desc, counted.id desc nulls first
      offset greatest(sliding.request_limit - 1, 0)
      limit 1
    ) as counted
    where sliding.request_limit is not null
    union all
    select date_trunc('day', p_at, 'UTC') + interval '1 day' - p_at
    where p_day_limit <= p_taken + (
      select count(*)
      from private.credit_holds as made
      where made.organization_id = p_organization_id
        and made.id >= private.first_uuid_at(date_trunc('day', p_at, 'UTC'))
        and made.created_at >= date_trunc('day', p_at, 'UTC')
        and made.capability_id = p_capability_id
        and coalesce(made.ended_as, 'settled') = 'settled'
    )
  )
  select case
    when 0 in (p_minute_limit, p_hour_limit, p_day_limit) then null
    else greatest(1, ceil(extract(epoch from max(wait.remaining))))::integer
  end
  from wait
$$;

comment on function private.retry_after_seconds(uuid, text, integer, integer, integer, integer, timestamptz)
  is 'Seconds until the rate limits of a capability have room; null when it is blocked.';

-- private/revoke_form_token.sql
/* Ends the token of a form; a second time keeps the first moment. No row when there is no such form. */
create function private.revoke_form_token(p_organization_id uuid, p_form_id text)
returns setof public.form_tokens
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update public.form_tokens as form
  set revoked_at = coalesce(form.revoked_at, private.current_time_utc())
  where form.organization_id = p_organization_id and form.form_id = p_form_id
  returning form.*
$$;

comment on function private.revoke_form_token(uuid, text) is 'Ends the token of a form.';

grant execute on function private.revoke_form_token(uuid, text) to purser_api;

-- private/rollover_due.sql
/*
 * How much rolls over from the running period into one of p_plan_id that begins now: what nobody used
 * of the plan's credits, as far as the old and the new plan allow. A trial rolls nothing over. The
 * caller holds the gate and has expired the old credits.
 */
create function private.rollover_due(p_organization_id uuid, p_plan_id text)
returns numeric
language sql
stable
as $$
  select coalesce(
    least(
      old_plan.rollover_credits,
      new_plan.rollover_credits,
      (
        select sum(old.expired_credits)
        from public.credit_grants as old
        where old.organization_id = subscription.organization_id
          and old.source = 'plan'
          -- Credits of a paid period begin when its payment is applied, others when it does.
          and old.effective_at
            >= coalesce(begun.applied_at, subscription.period_start) - interval '1 microsecond'
      )
    ),
    0
  )
  from public.org_plans as subscription
  join public.plans as old_plan on old_plan.id = subscription.plan_id
  join public.plans as new_plan on new_plan.id = p_plan_id
  left join public.billing_invoice_lines as begun
    on begun.organization_id = subscription.organization_id
    and begun.id = subscription.period_line_id
  where subscription.organization_id = p_organization_id
    and begun.kind is distinct from 'trial'
$$;

comment on function private.rollover_due(uuid, text)
  is 'How many unused credits of the running period roll over into the next.';

-- private/save_payment_method.sql
/*
 * Keeps which card of an organization is charged when nobody is at the page. The caller holds the
 * gate, or has none to hold: a setting moves no credits.
 */
create function private.save_payment_method(
  p_organization_id uuid,
  p_payment_method_id text,
  p_label text
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  insert into public.billing_settings as setting
    (organization_id, stripe_payment_method_id, payment_method_label, updated_at)
  values
    (p_organization_id, p_payment_method_id, left(p_label, 100), private.current_time_utc())
  on conflict (organization_id) do update
    set
      stripe_payment_method_id = excluded.stripe_payment_method_id,
      payment_method_label = excluded.payment_method_label,
      updated_at = excluded.updated_at
    where (setting.stripe_payment_method_id, setting.payment_method_label)
      is distinct from (excluded.stripe_payment_method_id, excluded.payment_method_label)
$$;

comment on function private.save_payment_method(uuid, text, text)
  is 'Keeps the card that is charged when nobody is at the page; null forgets it.';

grant execute on function private.save_payment_method(uuid, text, text) to purser_api;

-- private/schedule_plan_change.sql
/*
 * Schedules a smaller plan, or with "free" the end of the plan, for the end of the period; null takes
 * back what was scheduled. Only for an organization that is not billed: for others the payment
 * provider is asked, and its answer copied. A subscription that has ended is not taken up again by this:
 * what was paid runs out. Gate: the balance row.
 *
 * Outcomes: scheduled, undone, unchanged, billed, subscription_ended, not_smaller, unknown_plan,
 * unknown_organization.
 */
create function private.schedule_plan_change(p_organization_id uuid, p_plan_id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_old public.org_plans;
  v_rank integer;
  v_old_rank integer;
  v_pending_plan_id text := nullif(p_plan_id, 'free');
begin
  select subscription.* into v_old
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.rank into v_rank
  from public.plans as plan
  where plan.id = p_plan_id and plan.is_active;
  select plan.rank into v_old_rank from public.plans as plan where plan.id = v_old.plan_id;

  if v_old.organization_id is null then
    return 'unknown_organization';
  elsif v_old.stripe_subscription_id is not null then
    return 'billed';
  elsif v_old.period_line_id is not null then
    return 'subscription_ended';
  elsif p_plan_id is not null and v_rank is null then
    return 'unknown_plan';
  elsif v_rank >= v_old_rank then
    return 'not_smaller';
  elsif (p_plan_id is null) = (v_old.pending_change_at is null)
    and v_old.pending_plan_id is not distinct from v_pending_plan_id then
    return 'unchanged';
  end if;
  update public.org_plans as subscription
  set
    pending_plan_id = v_pending_plan_id,
    pending_change_at = case when p_plan_id is not null then v_old.period_end end,
    updated_at = v_at
  where subscription.organization_id = p_organization_id;
  return case when p_plan_id is null then 'undone' else 'scheduled' end;
end
$$;

comment on function private.schedule_plan_change(uuid, text)
  is 'Schedules a smaller plan for the end of the period, or takes it back; not for billed ones.';

grant execute on function private.schedule_plan_change(uuid, text) to purser_api;

-- private/seconds_until_reset.sql
/*
 * How long until every full window of rate_limit_windows() has room again: what
 * retry_after_seconds() finds for a reservation. Null when a limit of 0 blocks for good.
 */
create function private.seconds_until_reset(p_windows jsonb, p_at timestamptz)
returns integer
language sql
stable
as $$
  select case
    when bool_and(limited.resets_at is not null)
      then greatest(1, ceil(extract(epoch from max(limited.resets_at) - p_at)))::integer
  end
  from jsonb_to_recordset(p_windows) as limited (remaining integer, resets_at timestamptz)
  where limited.remaining = 0
$$;

comment on function private.seconds_until_reset(jsonb, timestamptz)
  is 'Seconds until every full rate limit has room again; null when one blocks for good.';

-- private/seconds_until_room.sql
/*
 * How long until a full form has room for a customer again: until the generation that is `limit`
 * places back has been there for 24 hours, of the customer or of all, whichever is later. The times
 * come newest first. Null when a limit of 0 blocks for good.
 */
create function private.seconds_until_room(
  p_form public.form_tokens,
  p_customer timestamptz[],
  p_all timestamptz[],
  p_at timestamptz
)
returns integer
language sql
immutable
as $$
  select case
    when 0 in ((p_form).generations_per_customer, (p_form).generations_per_day) then null
    else greatest(1, ceil(extract(epoch from
      greatest(
        p_customer[(p_form).generations_per_customer],
        p_all[(p_form).generations_per_day]
      ) + interval '24 hours' - p_at
    )))::integer
  end
$$;

comment on function private.seconds_until_room(public.form_tokens, timestamptz[], timestamptz[], timestamptz)
  is 'Seconds until a full form has room for a customer again.';

-- private/session_allowance.sql
/*
 * Whether a user could start a session now, and what is left of the minutes. Gate: the balance row (lock_for_session),
 * so that the answer is the one that start_session would give.
 *
 * Outcomes: allowed, session_active (with the session that runs), quota_exceeded,
 * member_cap_exceeded, subscription_inactive, unknown_organization, unknown_user.
 */
create function private.session_allowance(p_organization_id uuid, p_user_id uuid)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
  v_answer private.session_answer;
  v_refusal text := private.session_refusal(p_organization_id, p_user_id, 'none', v_at);
begin
  select session.* into v_session
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.user_id = p_user_id
    and session.status = 'active';
  v_session := private.move_session(v_session, v_at, false, null);
  if v_refusal is null and v_session.status = 'active' then
    return private.session_answer('session_active', v_session, v_at);
  end if;

  v_session := null;
  v_session.organization_id := p_organization_id;
  v_session.user_id := p_user_id;
  v_answer := private.session_refused(coalesce(v_refusal, 'allowed'), v_session, v_at);
  if v_refusal is null and v_answer.remaining_seconds = 0 and coalesce(
    private.buyable_session_time(
      p_organization_id, p_user_id, v_at, v_answer.minute_price_credits
    ),
    interval '0'
  ) = interval '0' then
    v_answer := private.session_refused('quota_exceeded', v_session, v_at);
  end if;
  return v_answer;
end
$$;

comment on function private.session_allowance(uuid, uuid)
  is 'Whether a user could start a session now, and what is left of the minutes.';

grant execute on function private.session_allowance(uuid, uuid) to purser_api;

-- private/session_answer.sql
/*
 * A session with what is left of the minutes of its user, as its actions answer it: none, bound by
 * `subscription`, while that is not active. The caller has moved it to p_at and holds the gate.
 */
create function private.session_answer(
  p_outcome text,
  p_session private.metered_sessions,
  p_at timestamptz
)
returns private.session_answer
language sql
stable
as $$
  select row(
    p_outcome, p_session.id, p_session.user_id, p_session.topic, p_session.difficulty,
    p_session.status, p_session.end_reason, p_session.started_at, p_session.last_heartbeat_at,
    p_session.ended_at, p_session.used_seconds, p_session.bought_seconds,
    p_session.charged_credits, p_session.lease_expires_at,
    case when p_session.status = 'active' then nullif(p_session.limit_at, 'infinity') end,
    case when seen.is_suspended then 0 else space.included_seconds end,
    private.session_minute_price(p_session.organization_id, p_at),
    coalesce(period.used_seconds, 0), month.period_start, month.period_end,
    case when seen.is_suspended then 'subscription' else space.bound_by end,
    space.limit_minutes, space.used_minutes, nullif(space.resets_at, 'infinity'),
    null, null, null, null
  )::private.session_answer
  from public.org_plans as subscription
  cross join lateral (
    select
      case
        when p_session.status = 'active' then least(p_session.last_heartbeat_at, p_at) else p_at
      end as at,
      private.is_suspended(subscription, p_at) as is_suspended
  ) as seen
  cross join lateral private.quota_period(
    'month', 'session_minutes', seen.at, subscription
  ) as month
  cross join lateral private.session_minutes_left(
    p_session.organization_id, p_session.user_id, seen.at
  ) as space
  left join public.usage_periods as period
    on period.organization_id = p_session.organization_id
    and period.user_id = p_session.user_id
    and period.period_start = month.period_start
  where subscription.organization_id = p_session.organization_id
$$;

comment on function private.session_answer(text, private.metered_sessions, timestamptz)
  is 'A session with what is left of the minutes of its user.';

-- private/session_boundary.sql
/*
 * When the billing period or the day of a moment ends, in the organization's time zone: what is used
 * before and after it is counted apart.
 */
create function private.session_boundary(p_organization_id uuid, p_at timestamptz)
returns timestamptz
language sql
stable
as $$
  select least(month.period_end, today.period_end)
  from public.org_plans as subscription
  cross join lateral private.quota_period(
    'month', 'session_minutes', p_at, subscription
  ) as month
  cross join lateral private.quota_period(
    'day', 'session_minutes', p_at, subscription
  ) as today
  where subscription.organization_id = p_organization_id
$$;

comment on function private.session_boundary(uuid, timestamptz)
  is 'When the billing period or the day of a moment ends.';

-- private/session_credits.sql
/*
 * What so many seconds of bought time cost: by the second, rounded up to hundredths of a credit for
 * each hold.
 */
create function private.session_credits(p_seconds integer, p_minute_price_credits numeric)
returns numeric
language sql
immutable
parallel safe
as $$
  select ceil(p_seconds * p_minute_price_credits * 100 / 60) / 100
$$;

comment on function private.session_credits(integer, numeric)
  is 'Credits for seconds of a session at a price a minute, rounded up to hundredths.';

-- private/session_heartbeat.sql
/*
 * A sign of life of a session: counts what was used since the last one and promises the next 90
 * seconds. What lies beyond the old lease is not counted, so a late heartbeat costs nobody anything;
 * one that comes twice counts nothing; one that comes after the end answers how the session ended.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Outcomes: active, ended, session_not_found.
 */
create function private.session_heartbeat(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid
)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  end if;
  v_session := private.move_session(v_session, v_at, true, null);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.session_heartbeat(uuid, uuid, uuid)
  is 'A sign of life of a live session: counts it and gives it its next lease.';

grant execute on function private.session_heartbeat(uuid, uuid, uuid) to purser_api;

-- private/session_minute_price.sql
/*
 * What a minute of a live session costs an organization beyond the minutes of its plan, or null when
 * it cannot buy any: the plan sells none, the organization did not allow it, or it does not pay.
 */
create function private.session_minute_price(p_organization_id uuid, p_at timestamptz)
returns numeric
language sql
stable
as $$
  select plan.session_minute_price_credits
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  join public.session_settings as setting
    on setting.organization_id = subscription.organization_id
  where subscription.organization_id = p_organization_id
    and not private.is_suspended(subscription, p_at)
    and setting.buy_minutes_with_credits
$$;

comment on function private.session_minute_price(uuid, timestamptz)
  is 'Price of a minute beyond the plan, in credits; null when none can be bought.';

-- private/session_minutes_left.sql
/*
 * What is left of a user's session minutes at a moment, in whole seconds, by the limit that is the
 * closest (null: unlimited). resets_at is when that limit begins anew, renews_at when any of them does.
 *
 * Counted against a limit: what is booked, what sessions have used since (it is booked minute by
 * minute), and for a limit of the whole organization what is promised to the sessions of others.
 * For a moment to come: p_ahead_seconds will have been used by then, from p_ahead_from on.
 * The caller holds the gate.
 */
create function private.session_minutes_left(
  p_organization_id uuid,
  p_user_id uuid,
  p_at timestamptz,
  p_ahead_from timestamptz default null,
  p_ahead_seconds integer default 0
)
returns table (
  included_seconds integer,
  bound_by text,
  limit_minutes numeric,
  used_minutes numeric,
  resets_at timestamptz,
  renews_at timestamptz
)
language sql
stable
as $$
  with subscription as (
    select subscribed as row
    from public.org_plans as subscribed
    where subscribed.organization_id = p_organization_id
  ),
  rule as materialized (
    select
      limited.*,
      limited.scope_user_id = '00000000-0000-0000-0000-000000000000' as is_shared,
      limited.period_start <= coalesce(p_ahead_from, p_at) as has_begun
    from private.quota_state(p_organization_id, p_user_id, 'session_minutes', p_at) as limited
  ),
  unbooked as (
    select
      coalesce(sum(period.used_seconds - period.booked_minutes * 60) filter (
        where period.user_id = p_user_id
      ), 0) as own_seconds,
      coalesce(sum(period.used_seconds - period.booked_minutes * 60), 0) as all_seconds
    from subscription
    cross join lateral private.quota_period(
      'month', 'session_minutes', coalesce(p_ahead_from, p_at), subscription.row
    ) as month
    join public.usage_periods as period
      on period.organization_id = p_organization_id
      and period.period_start = month.period_start
      and (period.user_id = p_user_id or exists (select from rule where rule.is_shared))
  ),
  promised as (
    select coalesce(sum(greatest(extract(
      epoch from least(other.lease_expires_at, other.included_until) - other.last_heartbeat_at
    ), 0)), 0) as seconds
    from private.metered_sessions as other
    where other.organization_id = p_organization_id
      and other.user_id <> p_user_id
      and other.status = 'active'
      and exists (select from rule where rule.is_shared)
  ),
  measured as (
    select
      rule.*,
      rule.used_amount * 60 + case
        when not rule.has_begun then 0
        when rule.is_shared then unbooked.all_seconds + promised.seconds + p_ahead_seconds
        else unbooked.own_seconds + p_ahead_seconds
      end as used_seconds
    from rule
    cross join unbooked
    cross join promised
  )
  select
    case
      when bound.level is null then 0
      when bound.ceiling_amount is not null then least(greatest(floor(
        (bound.ceiling_amount - bound.held_amount) * 60 - bound.used_seconds
      ), 0), 2147483647)::integer
    end,
    bound.level,
    bound.limit_amount,
    bound.used_seconds / 60,
    bound.period_end,
    renewal.at
  from (select min(rule.period_end) as at from rule) as renewal
  left join lateral (
    select measured.*
    from measured
    order by
      (measured.ceiling_amount - measured.held_amount) * 60 - measured.used_seconds nulls last,
      measured.level
    limit 1
  ) as bound on true
$$;

comment on function private.session_minutes_left(uuid, uuid, timestamptz, timestamptz, integer)
  is 'Seconds of live sessions that a user has left at a moment, and which limit tells so.';

-- private/session_reach.sql
/*
 * How far the minutes of the plan reach from a moment on if they are used without a pause: into the
 * next period when they last until then (which is looked at once), infinity when unlimited. resets_at
 * is when the limit that is the closest now begins anew.
 */
create function private.session_reach(
  p_organization_id uuid,
  p_user_id uuid,
  p_from timestamptz
)
returns table (included_until timestamptz, resets_at timestamptz, limit_minutes numeric)
language sql
stable
as $$
  select
    case
      when here.included_seconds is null then 'infinity'::timestamptz
      when here.included_until < here.renews_at then here.included_until
      else coalesce(
        here.renews_at + make_interval(secs => beyond.included_seconds), 'infinity'
      )
    end,
    here.resets_at,
    here.limit_minutes
  from (
    select
      space.included_seconds,
      space.resets_at,
      space.limit_minutes,
      space.renews_at,
      p_from + make_interval(secs => space.included_seconds) as included_until
    from private.session_minutes_left(p_organization_id, p_user_id, p_from) as space
  ) as here
  left join lateral private.session_minutes_left(
    p_organization_id, p_user_id, here.renews_at, p_from,
    extract(epoch from here.renews_at - p_from)::integer
  ) as beyond on here.included_until >= here.renews_at
$$;

comment on function private.session_reach(uuid, uuid, timestamptz)
  is 'Until when the minutes of the plan last, if they are used without a pause.';

-- private/session_refusal.sql
/* Why a user can start no session whatever the minutes say, or null. */
create function private.session_refusal(
  p_organization_id uuid,
  p_user_id uuid,
  p_idempotency_key text,
  p_at timestamptz
)
returns text
language sql
stable
as $$
  select case
    when subscription.organization_id is null then 'unknown_organization'
    when not exists (
      select
      from auth.members as member
      where member.organization_id = p_organization_id and member.user_id = p_user_id
    ) then 'unknown_user'
    when p_idempotency_key is null or length(p_idempotency_key) not between 1 and 200
      then 'invalid_key'
    when private.is_suspended(subscription, p_at) then 'subscription_inactive'
  end
  from (select p_organization_id as id) as asked
  left join public.org_plans as subscription on subscription.organization_id = asked.id
$$;

comment on function private.session_refusal(uuid, uuid, text, timestamptz)
  is 'Why a user can start no session, apart from the minutes; null when they can.';

-- private/session_refused.sql
/*
 * The answer of a refusal: what is left of the minutes, and no session. For lack of minutes the
 * outcome names the limit that bound.
 */
create function private.session_refused(
  p_outcome text,
  p_session private.metered_sessions,
  p_at timestamptz
)
returns private.session_answer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer private.session_answer;
  v_session private.metered_sessions := p_session;
begin
  v_session.status := null;
  v_answer := private.session_answer(p_outcome, v_session, p_at);
  v_answer.outcome := case
    when p_outcome = 'quota_exceeded' and v_answer.bound_by = 'member_cap'
      then 'member_cap_exceeded'
    else p_outcome
  end;
  v_answer.session_id := null;
  return v_answer;
end
$$;

comment on function private.session_refused(text, private.metered_sessions, timestamptz)
  is 'The answer of a refusal to start a session.';

-- private/session_status.sql
/*
 * A session as it is now. It changes nothing that time has not changed: an end that has come by
 * itself is written down and charged, as the job would do a moment later.
 * p_user_id null: any session of the organization.
 *
 * Gate: the balance row (lock_for_session). Outcomes: active, ended, session_not_found.
 */
create function private.session_status(
  p_organization_id uuid,
  p_session_id uuid,
  p_user_id uuid
)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_session private.metered_sessions;
begin
  v_session := private.find_session(p_organization_id, p_session_id, p_user_id);
  if v_session.id is null then
    return private.session_refused('session_not_found', v_session, v_at);
  end if;
  v_session := private.move_session(v_session, v_at, false, null);
  return private.session_answer(v_session.status, v_session, v_at);
end
$$;

comment on function private.session_status(uuid, uuid, uuid) is 'A live session as it is now.';

grant execute on function private.session_status(uuid, uuid, uuid) to purser_api;

-- private/set_auto_topup.sql
/*
 * When an organization buys credits with its saved card. What is null keeps what was set before;
 * switching on clears the reason of a stop. Gate: the balance row. Outcomes: saved, incomplete
 * (`field` says what was never given), unknown_package, topup_not_allowed (unlocked_by_plan),
 * invalid_amount, no_payment_method (none is saved), unknown_organization.
 */
create function private.set_auto_topup(
  p_organization_id uuid,
  p_enabled boolean,
  p_threshold_credits numeric,
  p_package_id text,
  p_monthly_limit integer,
  p_user_id uuid
)
returns table (
  outcome text,
  field text,
  unlocked_by_plan text,
  setting public.billing_settings
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_before public.billing_settings;
  v_is_allowed boolean;
begin
  select before.* into v_before
  from public.billing_settings as before
  where before.organization_id = p_organization_id;
  select plan.topup_allowed into v_is_allowed
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  field := case
    when not p_enabled then null
    when coalesce(p_threshold_credits, v_before.auto_topup_threshold_credits) is null
      then 'threshold_credits'
    when coalesce(p_package_id, v_before.auto_topup_package_id) is null then 'package_id'
  end;
  outcome := case
    when v_is_allowed is null then 'unknown_organization'
    when p_enabled and not v_is_allowed then 'topup_not_allowed'
    when p_threshold_credits is not null
      and (private.is_amount(p_threshold_credits) and p_threshold_credits >= 0) is not true
      then 'invalid_amount'
    when field is not null then 'incomplete'
    when p_package_id is not null and not exists (
      select
      from public.credit_topup_packages as package
      where package.id = p_package_id and package.is_active
    ) then 'unknown_package'
    when p_enabled and v_before.stripe_payment_method_id is null then 'no_payment_method'
    else 'saved'
  end;

  if outcome = 'saved' then
    insert into public.billing_settings as kept (
      organization_id, auto_topup_enabled, auto_topup_threshold_credits, auto_topup_package_id,
      auto_topup_monthly_limit, updated_by_user_id, updated_at
    )
    values (
      p_organization_id,
      p_enabled,
      coalesce(p_threshold_credits, v_before.auto_topup_threshold_credits),
      coalesce(p_package_id, v_before.auto_topup_package_id),
      coalesce(p_monthly_limit, v_before.auto_topup_monthly_limit, 3),
      p_user_id,
      v_at
    )
    on conflict (organization_id) do update
      set
        auto_topup_enabled = excluded.auto_topup_enabled,
        auto_topup_threshold_credits = excluded.auto_topup_threshold_credits,
        auto_topup_package_id = excluded.auto_topup_package_id,
        auto_topup_monthly_limit = excluded.auto_topup_monthly_limit,
        auto_topup_stopped_reason = case
          when not p_enabled then kept.auto_topup_stopped_reason
        end,
        updated_by_user_id = excluded.updated_by_user_id,
        updated_at = excluded.updated_at
    returning kept.* into setting;
  elsif outcome = 'topup_not_allowed' then
    select plan.id into unlocked_by_plan
    from public.plans as plan
    where plan.topup_allowed and plan.is_active
    order by plan.rank
    limit 1;
  end if;
  return next;
end
$$;

comment on function private.set_auto_topup(uuid, boolean, numeric, text, integer, uuid)
  is 'When an organization buys credits with its saved card, and how often at most.';

grant execute on function private.set_auto_topup(uuid, boolean, numeric, text, integer, uuid)
  to purser_api;

-- private/set_organization_plan.sql
/*
 * Changes the plan of an organization at once. Gate: its balance row. What the month is worth more
 * is granted until the period ends; what it is worth less is taken from unused plan credits, but
 * never what open holds need. Used credits stay used, and a plan that is taken up again gives back
 * only what was taken. A pending change is dropped.
 *
 * Outcomes: changed, unchanged, unknown_organization, unknown_plan.
 */
create function private.set_organization_plan(
  p_organization_id uuid,
  p_plan_id text,
  p_actor jsonb
)
returns table (outcome text, plan_id text, adjusted_credits numeric, available_credits numeric)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_subscription public.org_plans;
  v_plan public.plans;
begin
  select subscription.*
  into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.* into v_plan from public.plans as plan where plan.id = p_plan_id;
  adjusted_credits := 0;
  plan_id := v_subscription.plan_id;

  if v_subscription.organization_id is null then
    outcome := 'unknown_organization';
  elsif v_plan.id is null then
    outcome := 'unknown_plan';
  elsif v_plan.id = v_subscription.plan_id and v_subscription.pending_change_at is null then
    outcome := 'unchanged';
  else
    outcome := 'changed';
    plan_id := v_plan.id;
    perform private.put_on_plan(p_organization_id, v_plan, v_at);
    update public.org_plans as subscription
    set pending_plan_id = null, pending_change_at = null
    where subscription.organization_id = p_organization_id;
    adjusted_credits := (
      select adjusted.adjusted_credits
      from private.adjust_plan_credits(
        p_organization_id, v_plan.monthly_ai_credits, v_subscription.period_end, p_actor,
        format('Plan changed from %s to %s', v_subscription.plan_id, v_plan.id), v_at
      ) as adjusted
    );
  end if;
  available_credits := private.expire_kept_grants(p_organization_id, v_at);
  return next;
end
$$;

comment on function private.set_organization_plan(uuid, text, jsonb)
  is 'Changes the plan of an organization at once, with the credits of the rest of the period.';

grant execute on function private.set_organization_plan(uuid, text, jsonb) to purser_api;

-- private/set_pay_as_you_go.sql
/*
 * Whether an organization gets credits on account when none are left, and how many in a period. A
 * limit that is null keeps what was set before. Gate: the balance row. Outcomes: saved, incomplete
 * (no limit was ever given), pay_as_you_go_not_allowed (unlocked_by_plan), no_subscription (there
 * is no invoice that it could be on), invalid_amount, unknown_organization.
 */
create function private.set_pay_as_you_go(
  p_organization_id uuid,
  p_enabled boolean,
  p_limit_credits numeric,
  p_user_id uuid
)
returns table (outcome text, unlocked_by_plan text, setting public.billing_settings)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_subscription public.org_plans;
  v_is_allowed boolean;
  v_limit_credits numeric := coalesce(
    p_limit_credits,
    (
      select before.pay_as_you_go_limit_credits
      from public.billing_settings as before
      where before.organization_id = p_organization_id
    )
  );
begin
  select subscription.* into v_subscription
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id;
  select plan.pay_as_you_go_allowed into v_is_allowed
  from public.plans as plan
  where plan.id = v_subscription.plan_id;
  outcome := case
    when v_is_allowed is null then 'unknown_organization'
    when p_enabled and not v_is_allowed then 'pay_as_you_go_not_allowed'
    when p_enabled and v_subscription.stripe_subscription_id is null then 'no_subscription'
    when p_limit_credits is not null
      and (private.is_amount(p_limit_credits) and p_limit_credits > 0) is not true
      then 'invalid_amount'
    when p_enabled and v_limit_credits is null then 'incomplete'
    else 'saved'
  end;

  if outcome = 'saved' then
    insert into public.billing_settings as kept (
      organization_id, pay_as_you_go_enabled, pay_as_you_go_limit_credits, updated_by_user_id,
      updated_at
    )
    values (p_organization_id, p_enabled, v_limit_credits, p_user_id, v_at)
    on conflict (organization_id) do update
      set
        pay_as_you_go_enabled = excluded.pay_as_you_go_enabled,
        pay_as_you_go_limit_credits = excluded.pay_as_you_go_limit_credits,
        updated_by_user_id = excluded.updated_by_user_id,
        updated_at = excluded.updated_at
    returning kept.* into setting;
  elsif outcome = 'pay_as_you_go_not_allowed' then
    select plan.id into unlocked_by_plan
    from public.plans as plan
    where plan.pay_as_you_go_allowed and plan.is_active
    order by plan.rank
    limit 1;
  end if;
  return next;
end
$$;

comment on function private.set_pay_as_you_go(uuid, boolean, numeric, uuid)
  is 'Whether an organization gets credits on account, and how many in a period.';

grant execute on function private.set_pay_as_you_go(uuid, boolean, numeric, uuid) to purser_api;

-- private/set_quota_override.sql
/*
 * Sets a limit for one organization, or for one of its users, in place of the plan's. The newest in
 * force counts; older ones stay and count again when it ends. A period of null is that of the plan's
 * limit, else what fits the meter. Gate: the balance row, so that it counts for whoever comes next.
 *
 * Outcomes: set, unknown_organization, unknown_meter, unknown_user, invalid_period (of a level, or a
 * level's), invalid_limit, invalid_expiry, invalid_reason.
 */
create function private.set_quota_override(
  p_organization_id uuid,
  p_user_id uuid,
  p_meter_id text,
  p_period text,
  p_limit_amount numeric,
  p_expires_at timestamptz,
  p_reason text,
  p_actor jsonb
)
returns table (outcome text, override_id uuid, period text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_kind text;
begin
  select meter.kind into v_kind from public.meters as meter where meter.id = p_meter_id;
  period := coalesce(
    p_period,
    (
      select min(included.period)
      from public.org_plans as subscription
      join public.plan_meter_limits as included on included.plan_id = subscription.plan_id
      where subscription.organization_id = p_organization_id and included.meter_id = p_meter_id
    ),
    case v_kind when 'level' then 'none' else 'month' end
  );
  outcome := case
    when not exists (
      select
      from public.org_plans as subscription
      where subscription.organization_id = p_organization_id
    ) then 'unknown_organization'
    when v_kind is null then 'unknown_meter'
    when p_user_id is not null and not exists (
      select
      from auth.members as member
      where member.organization_id = p_organization_id and member.user_id = p_user_id
    ) then 'unknown_user'
    when period not in ('day', 'month', 'none') or (v_kind = 'level') <> (period = 'none')
      then 'invalid_period'
    when p_limit_amount is not null and p_limit_amount <> 0
      and (private.is_usage_amount(p_limit_amount) is not true or p_limit_amount < 0)
      then 'invalid_limit'
    when p_expires_at <= v_at then 'invalid_expiry'
    when coalesce(length(p_reason) between 1 and 500, false) then 'set'
    else 'invalid_reason'
  end;
  if outcome = 'set' then
    insert into public.quota_overrides as override (
      organization_id, meter_id, user_id, period, limit_amount, reason, expires_at, actor, created_at
    )
    values (
      p_organization_id, p_meter_id, p_user_id, period, p_limit_amount, p_reason,
      coalesce(p_expires_at, 'infinity'), p_actor, v_at
    )
    returning override.id into override_id;
  end if;
  return next;
end
$$;

comment on function private.set_quota_override(
  uuid, uuid, text, text, numeric, timestamptz, text, jsonb
) is 'Sets a limit for one organization or user in place of the plan''s.';

grant execute on function private.set_quota_override(
  uuid, uuid, text, text, numeric, timestamptz, text, jsonb
) to purser_api;

-- private/set_stripe_customer.sql
/*
 * Writes the customer of an organization at Stripe, unless it has one; answers the one it has then.
 * So of all that ask at the same time, all go on with the same. Null: there is no such organization.
 */
create function private.set_stripe_customer(p_organization_id uuid, p_customer_id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_customer_id text;
begin
  update public.org_plans as subscription
  set stripe_customer_id = coalesce(subscription.stripe_customer_id, p_customer_id)
  where subscription.organization_id = p_organization_id
  returning subscription.stripe_customer_id into v_customer_id;
  return v_customer_id;
end
$$;

comment on function private.set_stripe_customer(uuid, text)
  is 'Writes the customer of an organization at Stripe, once; answers the one that stands.';

grant execute on function private.set_stripe_customer(uuid, text) to purser_api;

-- private/settle_credits.sql
/*
 * Charges the actual cost of work and ends its reservation, one row an item in the order of the
 * items; the result is the one of the same calls made one after the other. The cost is an amount, or
 * a usage report that is priced by the row in force when the credits were reserved. A report is the
 * model, by our id or the provider's, and its tokens; cached ones and reasoning may be null. Its source
 * is 'counted' where the provider did not report, else null.
 *
 * Gate: the balance rows (lock_balances), under which the holds and their charges are read.
 * The usual batch is judged and written by one statement: every cost is within its hold, no
 * reservation comes twice, and each organization pays all of it from the grant that is next in
 * burn-down order without emptying it. Any other batch writes nothing there: settle_in_turn has it.
 * The settings are explained in reserve_credits.
 * A charge has the id of its reservation: the ledger itself refuses a second one. Within the hold it
 * is also all that is written of the end; what costs nothing has no such row and is written to the
 * hold, as is the end of one that counts against a cap or has lines of meters.
 * It never fails for lack of credits: above the hold it takes what is available, then the overdraft
 * as debt, and records the rest as shortfall. After an expiry it still charges, without the hold.
 * Replay: the same cost again answers the first settlement; another cost is idempotency_conflict.
 * The output is kept for operation_result, so that a repeated request needs no second model call.
 *
 * Outcomes: settled, replayed, idempotency_conflict, reservation_not_found (also another
 * organization's), reservation_not_open (released), invalid_amount, unknown_model.
 * SQLSTATEs: LG001, LG002.
 */
create function private.settle_credits(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids),
    cardinality(p_amounts_credits), cardinality(p_models), cardinality(p_input_tokens),
    cardinality(p_cached_input_tokens), cardinality(p_output_tokens),
    cardinality(p_reasoning_tokens), cardinality(p_request_ids), cardinality(p_usage_sources),
    cardinality(p_outputs)
  );
  v_at := private.lock_balances(p_organization_ids);

  return query
  with charge as materialized (
    select
      candidate.item, candidate.organization_id, candidate.reservation_id, candidate.hold_place,
      candidate.status, candidate.held_credits, candidate.actual_credits, candidate.model_id,
      candidate.price_id, candidate.cost_usd,
      candidate.is_told_to_hold or candidate.actual_credits = 0 as is_told_to_hold,
      candidate.account_place, candidate.posted_credits, candidate.available_credits,
      candidate.next_grant_place, candidate.next_grant_id, candidate.next_grant_source,
      candidate.next_grant_credits, candidate.outcome,
      sum(candidate.actual_credits) over line as total_credits,
      sum(candidate.held_credits) over line as freed_credits
    from private.settlement_candidates(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources, v_at
    ) as candidate
    window line as (
      partition by candidate.organization_id order by candidate.item rows unbounded preceding
    )
  ),
  verdict as materialized (
    select
      bool_and(
        charge.outcome is null
        and charge.status = 'reserved'
        and charge.actual_credits <= charge.held_credits
        and coalesce(charge.total_credits < charge.next_grant_credits, false)
      )
      and (
        select count(*) = count(distinct told.id) from unnest(p_reservation_ids) as told (id)
      ) as is_plain
    from charge
  ),
  used as materialized (
    select
      charge.account_place,
      charge.next_grant_place,
      charge.next_grant_source,
      max(charge.total_credits) as charged_credits,
      max(charge.freed_credits) as freed_credits
    from charge
    where (select verdict.is_plain from verdict)
    group by charge.account_place, charge.next_grant_place, charge.next_grant_source
  ),
  drawn as (
    update public.credit_grants as lot
    set remaining_credits = lot.remaining_credits - used.charged_credits
    from used
    where lot.ctid = used.next_grant_place
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        - case when used.next_grant_source = 'plan' then used.charged_credits else 0 end,
      bonus_credits = balance.bonus_credits
        - case when used.next_grant_source = 'plan' then 0 else used.charged_credits end,
      reserved_credits = balance.reserved_credits - used.freed_credits,
      used_credits = balance.used_credits + used.charged_credits
    from used
    where balance.ctid = used.account_place
  ),
  closed as (
    update private.credit_holds as hold
    set
      ended_as = 'settled',
      charged_credits = charge.actual_credits,
      released_credits = charge.held_credits - charge.actual_credits,
      shortfall_credits = 0,
      settlement_fingerprint = private.settlement_fingerprint(
        p_amounts_credits[charge.item], p_models[charge.item], p_input_tokens[charge.item],
        p_cached_input_tokens[charge.item], p_output_tokens[charge.item],
        p_reasoning_tokens[charge.item], p_request_ids[charge.item], p_usage_sources[charge.item]
      ),
      closed_at = v_at
    from charge
    where hold.ctid = charge.hold_place
      and charge.is_told_to_hold
      and (select verdict.is_plain from verdict)
  ),
  recorded as (
    insert into public.credit_transactions (
      id, organization_id, type, amount_credits, balance_after_credits, grant_id, reservation_id,
      capability_id, quality_level_id, model_id, user_id, actor, context,
      reported_model, request_id, usage_source, cost_usd,
      input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
      price_id, estimated_credits, actual_credits, event_at
    )
    select
      charge.reservation_id, charge.organization_id, 'ai_consumption', -charge.actual_credits,
      charge.posted_credits - charge.total_credits, charge.next_grant_id, charge.reservation_id,
      hold.capability_id, hold.quality_level_id, charge.model_id, hold.user_id, hold.actor,
      hold.context,
      p_models[charge.item], p_request_ids[charge.item], p_usage_sources[charge.item],
      charge.cost_usd,
      p_input_tokens[charge.item], p_cached_input_tokens[charge.item],
      p_output_tokens[charge.item], p_reasoning_tokens[charge.item],
      charge.price_id, charge.held_credits, charge.actual_credits, v_at
    from charge
    join private.credit_holds as hold on hold.ctid = charge.hold_place
    where charge.actual_credits > 0 and (select verdict.is_plain from verdict)
  ),
  kept as (
    insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
    select charge.organization_id, charge.reservation_id, p_outputs[charge.item], v_at
    from charge
    where (select verdict.is_plain from verdict)
      and nullif(p_outputs[charge.item], 'null') is not null
  )
  select
    charge.item,
    'settled',
    charge.reservation_id,
    'settled',
    charge.actual_credits,
    charge.held_credits - charge.actual_credits,
    0.00,
    charge.available_credits + charge.freed_credits - charge.total_credits,
    case when charge.actual_credits > 0 then array[charge.reservation_id] else '{}' end,
    false
  from charge
  where (select verdict.is_plain from verdict)
  order by charge.item;
  if not found and v_items > 0 then
    return query
    select *
    from private.settle_in_turn(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
      p_outputs, v_at
    );
  end if;
end
$$;

comment on function private.settle_credits(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[]
) is 'Charges the actual cost of AI work; arrays in, one outcome row an item in order.';

grant execute on function private.settle_credits(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[]
) to purser_api;

-- private/settle_credits_with_quotas.sql
/*
 * settle_credits with what was really used of the meters that were held, one row an item in the order
 * of the items. p_quotas is an array of {meter, amount} for each item; a line that is not told is
 * booked as it was held, one of 0 is given back. More than was held is booked as well: it was used.
 *
 * Gate and replay as in settle_credits: the same cost with other amounts is idempotency_conflict.
 * Outcomes: those of settle_credits, and invalid_quotas: a meter that was not held, comes twice, or
 * has an amount that is none; nothing is settled then.
 */
create function private.settle_credits_with_quotas(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[],
  p_quotas jsonb[]
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_items integer;
  v_at timestamptz;
  v_told text;
begin
  v_items := private.require_batch(
    cardinality(p_organization_ids), cardinality(p_reservation_ids), cardinality(p_quotas)
  );
  v_at := private.lock_balances(p_organization_ids);

  for v_index in 1 .. v_items loop
    v_told := private.tell_quotas(
      p_organization_ids[v_index], p_reservation_ids[v_index], p_quotas[v_index]
    );
    if v_told in ('told', 'unknown') then
      select done.*
      into
        item, outcome, reservation_id, status, charged_credits, released_credits,
        shortfall_credits, available_credits, transaction_ids, replayed
      from private.settle_credits(
        p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
        p_amounts_credits[v_index : v_index], p_models[v_index : v_index],
        p_input_tokens[v_index : v_index], p_cached_input_tokens[v_index : v_index],
        p_output_tokens[v_index : v_index], p_reasoning_tokens[v_index : v_index],
        p_request_ids[v_index : v_index], p_usage_sources[v_index : v_index],
        p_outputs[v_index : v_index]
      ) as done;
      if outcome not in ('settled', 'replayed') then
        update public.quota_holds as line
        set actual_amount = null
        where line.organization_id = p_organization_ids[v_index]
          and line.reservation_id = p_reservation_ids[v_index]
          and line.status <> 'booked';
      end if;
    else
      outcome := v_told;
      reservation_id := p_reservation_ids[v_index];
      status := (
        select hold.status
        from public.credit_reservations as hold
        where hold.organization_id = p_organization_ids[v_index] and hold.id = reservation_id
      );
      charged_credits := null;
      released_credits := null;
      shortfall_credits := null;
      transaction_ids := '{}';
      replayed := false;
    end if;
    item := v_index;
    return next;
  end loop;
end
$$;

comment on function private.settle_credits_with_quotas(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  jsonb[]
) is 'Charges work and books what it used of the meters that were held.';

grant execute on function private.settle_credits_with_quotas(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  jsonb[]
) to purser_api;

-- private/settle_in_turn.sql
/*
 * Any batch of settle_credits, one row an item in the order of the items. The caller holds the gate.
 */
create function private.settle_in_turn(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = on
set enable_hashjoin = on
set enable_mergejoin = on
as $$
#variable_conflict use_column
begin
  if not exists (
    select
    from public.organization_credit_balances as balance
    where balance.organization_id = any (p_organization_ids)
      and balance.next_grant_expires_at <= p_at
  ) then
    return query
    select * from private.apply_settlements(
      p_organization_ids, p_reservation_ids, p_amounts_credits, p_models, p_input_tokens,
      p_cached_input_tokens, p_output_tokens, p_reasoning_tokens, p_request_ids, p_usage_sources,
      p_outputs, p_at
    );
    return;
  end if;

  -- An expired grant is kept only for open holds: as each one ends, what it needed no longer counts.
  for v_index in 1 .. cardinality(p_organization_ids) loop
    select done.*
    into
      item, outcome, reservation_id, status, charged_credits, released_credits, shortfall_credits,
      available_credits, transaction_ids, replayed
    from private.apply_settlements(
      p_organization_ids[v_index : v_index], p_reservation_ids[v_index : v_index],
      p_amounts_credits[v_index : v_index], p_models[v_index : v_index],
      p_input_tokens[v_index : v_index], p_cached_input_tokens[v_index : v_index],
      p_output_tokens[v_index : v_index], p_reasoning_tokens[v_index : v_index],
      p_request_ids[v_index : v_index], p_usage_sources[v_index : v_index],
      p_outputs[v_index : v_index], p_at
    ) as done;
    item := v_index;
    available_credits := private.expire_kept_grants(p_organization_ids[v_index], p_at);
    return next;
  end loop;
end
$$;

comment on function private.settle_in_turn(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], jsonb[],
  timestamptz
) is 'Charges any batch; while an expired grant is kept for holds, item by item.';

-- private/settlement_candidates.sql
/*
 * The items of settle_credits with everything needed to decide them: the reservation, the actual
 * cost by the price in force when it was made, what is available now, and the grant that is next in
 * burn-down order. `outcome` is set where it does not depend on the other items of the batch, and
 * the stored result is filled in for a replay. A charge within its hold is in the ledger alone: its
 * row has the id of the reservation and tells the settlement. `is_told_to_hold`: others wait for the
 * end of this hold, so that it is written there too. The caller holds the gate; places find rows until
 * it lets go.
 */
create function private.settlement_candidates(
  p_organization_ids uuid[],
  p_reservation_ids uuid[],
  p_amounts_credits numeric[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_at timestamptz
)
returns setof private.settlement_candidate
language sql
stable
as $$
  -- What is the same for all items is looked up once: account and grant for each organization, the
  -- prices for each model, newest first: a scan keeps that order.
  with price as materialized (
    select reported.model, dated.*
    from (
      select p_models[number.item] as model
      from generate_series(1, cardinality(p_models)) as number (item)
      where p_models[number.item] is not null
      group by 1
    ) as reported
    cross join lateral private.model_prices(reported.model) as dated
    order by dated.effective_from desc
  )
  select
    asked.item,
    asked.organization_id,
    asked.reservation_id,
    asked.hold_place,
    asked.status,
    asked.held_credits,
    round(coalesce(asked.amount_credits, cost.credits), 2),
    coalesce(rate.model_id, asked.model_id),
    rate.price_id,
    cost.cost_usd,
    private.settlement_fingerprint(
      asked.amount_credits, asked.model, asked.input_tokens, asked.cached_input_tokens,
      asked.output_tokens, asked.reasoning_tokens, p_request_ids[asked.item],
      p_usage_sources[asked.item]
    ),
    asked.is_told_to_hold,
    asked.account_place,
    asked.posted_credits,
    asked.available_credits,
    asked.available_credits + asked.overdraft_credits,
    asked.grant_place,
    asked.grant_id,
    asked.grant_source,
    asked.grant_credits,
    asked.charged_credits,
    asked.released_credits,
    asked.shortfall_credits,
    case
      when asked.hold_place is null or asked.account_place is null then 'reservation_not_found'
      when asked.status = 'settled' then
        case
          when asked.settlement_fingerprint = private.settlement_fingerprint(
            asked.amount_credits, asked.model, asked.input_tokens, asked.cached_input_tokens,
            asked.output_tokens, asked.reasoning_tokens, p_request_ids[asked.item],
            p_usage_sources[asked.item]
          )
            then 'replayed'
          else 'idempotency_conflict'
        end
      when asked.status = 'released' then 'reservation_not_open'
      -- One of the two tells the cost: both is a mistake, and none is no report.
      when asked.amount_credits is null then cost.problem
      when num_nonnulls(
        asked.model, asked.input_tokens, asked.cached_input_tokens, asked.output_tokens,
        asked.reasoning_tokens, p_request_ids[asked.item], p_usage_sources[asked.item]
      ) > 0
        or not private.is_amount(asked.amount_credits)
        then 'invalid_amount'
    end,
    null::integer
  from (
    select
      request.*,
      p_reservation_ids[request.item] as reservation_id,
      told.*,
      hold.hold_place,
      hold.model_id,
      hold.held_credits,
      hold.is_told_to_hold,
      hold.created_at,
      case when charge.credits is null then hold.status else 'settled' end as status,
      coalesce(charge.credits, hold.charged_credits) as charged_credits,
      coalesce(hold.held_credits - charge.credits, hold.released_credits) as released_credits,
      case when charge.credits is null then hold.shortfall_credits else 0.00 end
        as shortfall_credits,
      coalesce(charge.settlement_fingerprint, hold.settlement_fingerprint)
        as settlement_fingerprint
    from (
      select
        unnest(ordered.items) as item,
        ordered.organization_id,
        account.place as account_place,
        account.posted_credits,
        account.available_credits,
        account.overdraft_credits,
        lot.place as grant_place,
        lot.id as grant_id,
        lot.source as grant_source,
        lot.remaining_credits as grant_credits
      from (
        select p_organization_ids[number.item] as organization_id, array_agg(number.item) as items
        from generate_series(1, cardinality(p_organization_ids)) as number (item)
        group by 1
      ) as ordered
      left join lateral (
        select
          balance.ctid as place,
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits
            - balance.reserved_credits as available_credits,
          balance.overdraft_credits,
          balance.next_grant_expires_at
        from public.organization_credit_balances as balance
        where balance.organization_id = ordered.organization_id
        limit 1
      ) as account on true
      left join lateral (
        select next.ctid as place, next.id, next.source, next.remaining_credits
        from public.credit_grants as next
        where next.organization_id = ordered.organization_id
          -- While an expired grant is kept for holds, the order of the items matters.
          and account.next_grant_expires_at > p_at
          and not next.is_used_up
          and next.expires_at > p_at
          and next.closed_at is null
        order by next.priority, next.expires_at, next.source = 'topup', next.created_at, next.id
        limit 1
      ) as lot on true
    ) as request
    -- Without the offset, here and below, the planner writes a value into every place that uses it.
    cross join lateral (
      select
        p_amounts_credits[request.item] as amount_credits,
        p_models[request.item] as model,
        p_input_tokens[request.item] as input_tokens,
        p_cached_input_tokens[request.item] as cached_input_tokens,
        p_output_tokens[request.item] as output_tokens,
        p_reasoning_tokens[request.item] as reasoning_tokens
      offset 0
    ) as told
    left join lateral (
      select
        made.ctid as hold_place,
        made.model_id,
        made.amount_credits as held_credits,
        made.is_capped or made.has_quota_lines as is_told_to_hold,
        coalesce(made.ended_as, 'reserved') as status,
        made.charged_credits,
        made.released_credits,
        made.shortfall_credits,
        made.settlement_fingerprint,
        made.created_at
      from private.credit_holds as made
      where made.organization_id = request.organization_id
        and made.id = p_reservation_ids[request.item]
      limit 1
    ) as hold on true
    left join lateral (
      select
        entry.actual_credits as credits,
        private.settlement_fingerprint(
          case when entry.reported_model is null then entry.actual_credits end,
          entry.reported_model, entry.input_tokens, entry.cached_input_tokens,
          entry.output_tokens, entry.reasoning_tokens, entry.request_id, entry.usage_source
        ) as settlement_fingerprint
      from public.credit_transactions as entry
      where entry.id = p_reservation_ids[request.item] and hold.status = 'reserved'
      limit 1
    ) as charge on true
  ) as asked
  left join lateral (
    select price.*
    from price
    where price.model = asked.model
      and price.effective_from <= asked.created_at
      and (price.effective_to is null or price.effective_to > asked.created_at)
    limit 1
  ) as rate on true
  left join lateral private.usage_cost(
    asked.model, asked.input_tokens, asked.cached_input_tokens, asked.output_tokens,
    asked.reasoning_tokens, rate.input_usd_per_million_tokens,
    rate.cached_input_usd_per_million_tokens, rate.output_usd_per_million_tokens
  ) as cost on asked.amount_credits is null
$$;

comment on function private.settlement_candidates(
  uuid[], uuid[], numeric[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], timestamptz
) is 'Items of a settlement batch with all that is needed to decide them.';

-- private/settlement_fingerprint.sql
/*
 * Hash of the cost of a settlement as it came, an amount or a usage report, to tell a replay from a
 * conflict. It is compared within one reservation only, where 64 bits are plenty.
 * Each value is hashed with a number of its own, which also stands for null. A count is the seed, as
 * what is hashed of a bigint is only 32 bits.
 */
create function private.settlement_fingerprint(
  p_amount_credits numeric,
  p_model text,
  p_input_tokens bigint,
  p_cached_input_tokens bigint,
  p_output_tokens bigint,
  p_reasoning_tokens bigint,
  p_request_id text,
  p_usage_source text
)
returns bigint
language sql
immutable
parallel safe
as $$
  select
    coalesce(hash_numeric_extended(p_amount_credits, 1), 1)
    # coalesce(hashtextextended(p_model, 2), 2)
    # coalesce(hashint4extended(3, p_input_tokens), 3)
    # coalesce(hashint4extended(4, p_cached_input_tokens), 4)
    # coalesce(hashint4extended(5, p_output_tokens), 5)
    # coalesce(hashint4extended(6, p_reasoning_tokens), 6)
    # coalesce(hashtextextended(p_request_id, 7), 7)
    # coalesce(hashtextextended(p_usage_source, 8), 8)
$$;

comment on function private.settlement_fingerprint(
  numeric, text, bigint, bigint, bigint, bigint, text, text
) is 'Hash of the cost of a settlement, to tell a replay from a conflict.';

-- private/start_due_periods.sql
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

-- private/start_job_run.sql
/*
 * Takes a run of a job: of all deliveries with the same key one gets is_started = true. A run that
 * began more than 10 minutes ago and never finished is taken over, as its process has died.
 */
create function private.start_job_run(
  p_job text,
  p_run_key text,
  p_scheduled_time timestamptz
)
returns table (run_id uuid, is_started boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  insert into public.job_runs as run (job, run_key, scheduled_time, started_at)
  values (p_job, p_run_key, p_scheduled_time, private.current_time_utc())
  on conflict (run_key) do update
    set started_at = excluded.started_at
    where run.finished_at is null and run.started_at < excluded.started_at - interval '10 minutes'
  returning run.id into run_id;
  is_started := run_id is not null;
  if not is_started then
    -- A statement of its own: the snapshot of the first may be older than the run that it met.
    select run.id into run_id from public.job_runs as run where run.run_key = p_run_key;
  end if;
  return next;
end
$$;

comment on function private.start_job_run(text, text, timestamptz)
  is 'Takes a run of a job; is_started is false when another has it.';

grant execute on function private.start_job_run(text, text, timestamptz) to purser_api;

-- private/start_paid_periods.sql
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

-- private/start_plain_periods.sql
/*
 * Begins the next period of those of the organizations for which this is all there is to do, in one
 * statement that writes each row once: the grant of the old period expires, the month's credits are
 * granted. Returns them; all others are left as they are, to expire_due_grants and start_due_periods,
 * which give the same result. So one odd organization does not slow down its batch.
 *
 * Odd is who has holds, a debt, a rollover, a pending change, a subscription that is billed or may
 * not use AI, paid lines that wait, other credits that expire now, or who missed more than a period.
 * The caller holds the gates, so balances and grants are found by their place.
 */
create function private.start_plain_periods(p_organization_ids uuid[], p_at timestamptz)
returns uuid[]
language sql
volatile
as $$
  with plain as materialized (
    select
      account.organization_id,
      account.ctid as account_place,
      account.monthly_credits + account.bonus_credits as posted_credits,
      ended.period_end as new_start,
      next_period.new_end,
      ended.monthly_ai_credits,
      ended.overdraft_credits,
      lot.place as old_place,
      lot.id as old_id,
      lot.expired_credits,
      least(lot.next_expires_at, next_period.new_end) as next_grant_expires_at,
      uuidv7() as grant_id
    from public.organization_credit_balances as account
    cross join lateral (
      select subscription.*
      from public.org_plans as subscription
      where subscription.organization_id = account.organization_id
        and subscription.period_end <= p_at
        and subscription.stripe_subscription_id is null
        and subscription.pending_change_at is null
        and subscription.status in ('active', 'trialing', 'past_due')
        and subscription.monthly_ai_credits > 0
      limit 1
    ) as ended
    cross join lateral (
      select private.next_period_start(ended.period_end, ended.anchor_day, ended.time_zone) as new_end
      offset 0
    ) as next_period
    cross join lateral (
      select
        max(held.ctid) filter (where held.expires_at <= p_at) as place,
        any_value(held.id) filter (where held.expires_at <= p_at) as id,
        coalesce(
          sum(held.remaining_credits) filter (where held.expires_at <= p_at), 0
        ) as expired_credits,
        min(held.expires_at) filter (where held.expires_at > p_at) as next_expires_at
      from public.credit_grants as held
      where held.organization_id = account.organization_id
        and not held.is_used_up
        -- What expired in earlier periods is not read again.
        and held.expires_at >= account.next_grant_expires_at
        and held.closed_at is null
      having count(*) filter (where held.expires_at <= p_at) <= 1
        and count(*) filter (where held.expires_at <= p_at and held.source <> 'plan') = 0
    ) as lot
    where account.organization_id = any (p_organization_ids)
      and account.period_end <= p_at
      and account.reserved_credits = 0
      and account.debt_credits = 0
      and next_period.new_end > p_at
      -- Few have these, so each is one list for all.
      and ended.plan_id = any (
        array(select plan.id from public.plans as plan where plan.rollover_credits = 0)
      )
      and account.organization_id <> all (
        array(
          select line.organization_id
          from public.billing_invoice_lines as line
          where line.organization_id = any (p_organization_ids) and line.status = 'waiting'
        )
      )
    order by account.organization_id
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = 0,
      expired_credits = lot.expired_credits + lot.remaining_credits,
      closed_at = p_at
    from plain
    where lot.ctid = plain.old_place
  ),
  granted as (
    insert into public.credit_grants (
      id, organization_id, source, granted_credits, remaining_credits, priority, effective_at,
      expires_at, transaction_id, created_at
    )
    select
      plain.grant_id, plain.organization_id, 'plan', plain.monthly_ai_credits,
      plain.monthly_ai_credits, 10, plain.new_start, plain.new_end, plain.grant_id, p_at
    from plain
  ),
  recorded as (
    insert into public.credit_transactions
      (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
    select
      entry.id, plain.organization_id, entry.type, entry.amount_credits,
      entry.balance_after_credits, entry.grant_id, p_at
    from plain
    cross join lateral (
      select
        uuidv7() as id, 'expiry' as type, -plain.expired_credits as amount_credits,
        plain.posted_credits - plain.expired_credits as balance_after_credits,
        plain.old_id as grant_id
      where plain.expired_credits > 0
      union all
      select
        plain.grant_id, 'plan_allocation', plain.monthly_ai_credits,
        plain.posted_credits - plain.expired_credits + plain.monthly_ai_credits, plain.grant_id
    ) as entry
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - plain.expired_credits + plain.monthly_ai_credits,
      overdraft_credits = plain.overdraft_credits,
      used_credits = 0,
      period_start = plain.new_start,
      period_end = plain.new_end,
      next_grant_expires_at = plain.next_grant_expires_at,
      next_hold_expires_at = 'infinity'
    from plain
    where balance.ctid = plain.account_place
  ),
  moved as (
    update public.org_plans as subscription
    set
      period_start = plain.new_start,
      period_end = plain.new_end,
      period_line_id = null,
      period_granted_credits = plain.monthly_ai_credits,
      grace_ends_at = null,
      trial_ends_at = null,
      updated_at = p_at
    from plain
    where subscription.organization_id = plain.organization_id
      and subscription.period_end = plain.new_start
  )
  select array_agg(plain.organization_id) from plain
$$;

comment on function private.start_plain_periods(uuid[], timestamptz)
  is 'Begins the next period of locked organizations where nothing is odd; returns them.';

-- private/start_session.sql
/*
 * Starts a live session of a member with its first lease. A user has one at a time in an
 * organization, so their minutes are used once.
 *
 * Gate: the balance row (lock_for_session); a unique index of active sessions stands behind it.
 * Replay: the same key and request answers the session that it started, as it is now.
 *
 * Outcomes: started, replayed, idempotency_conflict, session_active (with the session that runs),
 * quota_exceeded and member_cap_exceeded (no minutes, and none to buy), subscription_inactive,
 * unknown_organization, unknown_user, invalid_key.
 */
create function private.start_session(
  p_organization_id uuid,
  p_user_id uuid,
  p_topic text,
  p_difficulty text,
  p_idempotency_key text
)
returns private.session_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := private.lock_for_session(p_organization_id);
  v_fingerprint bytea := sha256(convert_to(
    concat_ws(e'\x1f', p_user_id::text, coalesce(p_topic, ''), coalesce(p_difficulty, '')), 'UTF8'
  ));
  v_outcome text := 'started';
  v_session private.metered_sessions;
  v_running private.metered_sessions;
  v_answer private.session_answer;
begin
  select session.* into v_session
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.idempotency_key = p_idempotency_key;
  if v_session.id is not null then
    v_outcome := case
      when v_session.request_fingerprint = v_fingerprint then 'replayed'
      else 'idempotency_conflict'
    end;
    v_session := private.move_session(v_session, v_at, false, null);
    return private.session_answer(v_outcome, v_session, v_at);
  end if;

  v_outcome := private.session_refusal(p_organization_id, p_user_id, p_idempotency_key, v_at);
  v_session.organization_id := p_organization_id;
  v_session.user_id := p_user_id;
  if v_outcome is not null then
    return private.session_refused(v_outcome, v_session, v_at);
  end if;
  select session.* into v_running
  from private.metered_sessions as session
  where session.organization_id = p_organization_id
    and session.user_id = p_user_id
    and session.status = 'active';
  if v_running.id is not null then
    v_running := private.move_session(v_running, v_at, false, null);
    if v_running.status = 'active' then
      return private.session_answer('session_active', v_running, v_at);
    end if;
  end if;

  v_session := private.new_session(v_session, v_at);
  v_session.topic := p_topic;
  v_session.difficulty := p_difficulty;
  v_session.idempotency_key := p_idempotency_key;
  v_session.request_fingerprint := v_fingerprint;
  v_session := private.promise_session(v_session, v_at);
  if v_session.lease_expires_at <= v_at then
    return private.session_refused('quota_exceeded', v_session, v_at);
  end if;
  insert into private.metered_sessions select v_session.*;
  perform private.count_period(v_session, v_at, 0, 0, 1, false);
  v_answer := private.session_answer('started', v_session, v_at);
  perform private.note_session_limit(v_session, v_answer.limit_minutes, v_at);
  return v_answer;
end
$$;

comment on function private.start_session(uuid, uuid, text, text, text)
  is 'Starts a live session of a member, who has one at a time.';

grant execute on function private.start_session(uuid, uuid, text, text, text) to purser_api;

-- private/start_waiting_periods.sql
/*
 * Job: begins paid periods that waited for their time, of at most p_limit organizations that nobody
 * touches; the others begin them with their first request. Skips those that are busy, so it can run
 * twice and in many places. Returns how many lines it applied.
 */
create function private.start_waiting_periods(p_limit integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[];
  v_at timestamptz := private.current_time_utc();
  v_applied integer;
  v_total integer := 0;
begin
  select array_agg(locked.organization_id order by locked.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id in (
      select line.organization_id
      from public.billing_invoice_lines as line
      where line.status = 'waiting' and line.period_start <= v_at
      order by line.period_start
      limit p_limit
    )
    order by balance.organization_id
    for no key update skip locked
  ) as locked;
  v_at := private.current_time_utc();
  if v_organization_ids is null then
    return 0;
  end if;
  perform private.reset_organizations(v_organization_ids, v_at);
  loop
    v_applied := private.start_paid_periods(v_organization_ids, v_at);
    v_total := v_total + v_applied;
    exit when v_applied = 0;
  end loop;
  return v_total;
end
$$;

comment on function private.start_waiting_periods(integer)
  is 'Job: begins paid periods that waited for their time.';

grant execute on function private.start_waiting_periods(integer) to purser_api;

-- private/store_session.sql
/* Writes a session as a move has left it. The caller holds the gate. */
create function private.store_session(p_session private.metered_sessions)
returns void
language sql
volatile
as $$
  update private.metered_sessions as session
  set
    status = p_session.status,
    end_reason = p_session.end_reason,
    last_heartbeat_at = p_session.last_heartbeat_at,
    lease_expires_at = p_session.lease_expires_at,
    included_until = p_session.included_until,
    limit_at = p_session.limit_at,
    stale_at = p_session.stale_at,
    ended_at = p_session.ended_at,
    used_seconds = p_session.used_seconds,
    bought_seconds = p_session.bought_seconds,
    charged_credits = p_session.charged_credits,
    hold_reservation_id = p_session.hold_reservation_id,
    hold_seconds = p_session.hold_seconds,
    hold_used_seconds = p_session.hold_used_seconds,
    hold_price_credits = p_session.hold_price_credits
  where session.organization_id = p_session.organization_id and session.id = p_session.id
$$;

comment on function private.store_session(private.metered_sessions)
  is 'Writes a session as a move has left it.';

-- private/store_settlements.sql
/*
 * Writes the settlements that were decided and answers all items. Charges of an organization lie
 * one after the other on a line, its grants in burn-down order on another: where a charge and a
 * grant overlap is a ledger row, and what lies beyond the last grant is debt. The caller holds the
 * gate; an outcome of null is a cost within its hold.
 */
create function private.store_settlements(
  p_candidates private.settlement_candidate[],
  p_models text[],
  p_input_tokens bigint[],
  p_cached_input_tokens bigint[],
  p_output_tokens bigint[],
  p_reasoning_tokens bigint[],
  p_request_ids text[],
  p_usage_sources text[],
  p_outputs jsonb[],
  p_at timestamptz
)
returns table (
  item integer,
  outcome text,
  reservation_id uuid,
  status text,
  charged_credits numeric,
  released_credits numeric,
  shortfall_credits numeric,
  available_credits numeric,
  transaction_ids uuid[],
  replayed boolean
)
language sql
volatile
as $$
  with decided as materialized (
    select
      candidate.*,
      coalesce(candidate.outcome, 'settled') as decision,
      -- A boolean, as the planner takes an equality for rare and would join everything in loops.
      coalesce(candidate.outcome, 'settled') = 'settled' as is_settled,
      case
        when candidate.outcome is null then candidate.actual_credits
        else candidate.charged_credits
      end as charge_credits,
      case
        when candidate.outcome is null then candidate.held_credits - candidate.actual_credits
        else candidate.released_credits
      end as release_credits,
      coalesce(candidate.shortfall_credits, 0.00) as short_credits
    from unnest(p_candidates) as candidate
  ),
  charge as materialized (
    select
      decided.*,
      case when decided.status = 'reserved' then decided.held_credits else 0 end as freed_credits,
      sum(decided.charge_credits) over line - decided.charge_credits as from_credits,
      sum(decided.charge_credits) over line as to_credits
    from decided
    where decided.is_settled
    window line as (
      partition by decided.organization_id order by decided.item rows unbounded preceding
    )
  ),
  lot as materialized (
    select
      lot.id,
      lot.organization_id,
      lot.source,
      sum(lot.remaining_credits) over line - lot.remaining_credits as from_credits,
      sum(lot.remaining_credits) over line as to_credits
    from public.credit_grants as lot
    where lot.organization_id in (
        select charge.organization_id from charge where charge.charge_credits > 0
      )
      and not lot.is_used_up
      and lot.closed_at is null
    -- Burn-down order: priority, earliest expiry, promotional before paid, oldest.
    window line as (
      partition by lot.organization_id
      order by lot.priority, lot.expires_at, lot.source = 'topup', lot.created_at, lot.id
      rows unbounded preceding
    )
  ),
  drawn as materialized (
    select
      part.*,
      -- The first row of a charge has the id of its reservation: the ledger refuses a second one.
      case
        when part.part_from_credits = part.from_credits then part.reservation_id
        else uuidv7()
      end as transaction_id,
      row_number() over (partition by part.item order by part.part_from_credits) as part_number,
      sum(part.amount_credits) over (
        partition by part.organization_id order by part.part_from_credits rows unbounded preceding
      ) as taken_credits
    from (
      select
        charge.*,
        lot.id as grant_id,
        lot.source,
        greatest(lot.from_credits, charge.from_credits) as part_from_credits,
        least(lot.to_credits, charge.to_credits)
          - greatest(lot.from_credits, charge.from_credits) as amount_credits
      from charge
      join lot
        on lot.organization_id = charge.organization_id
        and lot.from_credits < charge.to_credits
        and lot.to_credits > charge.from_credits
      where charge.charge_credits > 0
      union all
      select
        charge.*,
        null,
        null,
        greatest(charge.from_credits, reach.credits),
        charge.to_credits - greatest(charge.from_credits, reach.credits)
      from charge
      cross join lateral (
        select coalesce(max(lot.to_credits), 0) as credits
        from lot
        where lot.organization_id = charge.organization_id
      ) as reach
      where charge.charge_credits > 0 and charge.to_credits > reach.credits
    ) as part
  ),
  used as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - total.amount_credits,
      closed_at = case when lot.remaining_credits = total.amount_credits then p_at end
    from (
      select drawn.grant_id, sum(drawn.amount_credits) as amount_credits
      from drawn
      where drawn.grant_id is not null
      group by drawn.grant_id
    ) as total
    where lot.id = total.grant_id
  ),
  counted as (
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits - coalesce(total.monthly, 0),
      bonus_credits = balance.bonus_credits - coalesce(total.bonus, 0),
      debt_credits = balance.debt_credits + coalesce(total.debt, 0),
      reserved_credits = balance.reserved_credits - closed.freed_credits,
      used_credits = balance.used_credits + closed.charge_credits
    from (
      select
        charge.organization_id,
        sum(charge.freed_credits) as freed_credits,
        sum(charge.charge_credits) as charge_credits
      from charge
      group by charge.organization_id
    ) as closed
    left join (
      select
        drawn.organization_id,
        sum(drawn.amount_credits) filter (where drawn.source = 'plan') as monthly,
        sum(drawn.amount_credits) filter (where drawn.source <> 'plan') as bonus,
        sum(drawn.amount_credits) filter (where drawn.grant_id is null) as debt
      from drawn
      group by drawn.organization_id
    ) as total on total.organization_id = closed.organization_id
    where balance.organization_id = closed.organization_id
  ),
  closed as (
    update private.credit_holds as hold
    set
      ended_as = 'settled',
      charged_credits = charge.charge_credits,
      released_credits = charge.release_credits,
      shortfall_credits = charge.short_credits,
      settlement_fingerprint = charge.settlement_fingerprint,
      closed_at = p_at
    from charge
    where hold.ctid = charge.hold_place
      and coalesce(hold.ended_as, 'reserved') = charge.status
    returning
      charge.item, hold.capability_id, hold.quality_level_id, hold.user_id, hold.actor, hold.context
  ),
  recorded as (
    insert into public.credit_transactions (
      id, organization_id, type, amount_credits, balance_after_credits, grant_id, reservation_id,
      capability_id, quality_level_id, model_id, user_id, actor, context,
      reported_model, request_id, usage_source, cost_usd,
      input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
      price_id, estimated_credits, actual_credits, event_at
    )
    select
      drawn.transaction_id, drawn.organization_id, 'ai_consumption', -drawn.amount_credits,
      drawn.posted_credits - drawn.taken_credits, drawn.grant_id, drawn.reservation_id,
      closed.capability_id, closed.quality_level_id, drawn.model_id, closed.user_id, closed.actor,
      closed.context,
      -- Once for each settlement, so that sums over the ledger count its cost once.
      case when drawn.part_number = 1 then p_models[drawn.item] end,
      case when drawn.part_number = 1 then p_request_ids[drawn.item] end,
      case when drawn.part_number = 1 then p_usage_sources[drawn.item] end,
      case when drawn.part_number = 1 then drawn.cost_usd end,
      case when drawn.part_number = 1 then p_input_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_cached_input_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_output_tokens[drawn.item] end,
      case when drawn.part_number = 1 then p_reasoning_tokens[drawn.item] end,
      case when drawn.part_number = 1 then drawn.price_id end,
      case when drawn.part_number = 1 then drawn.held_credits end,
      case when drawn.part_number = 1 then drawn.actual_credits end,
      p_at
    from drawn
    join closed on closed.item = drawn.item
    order by drawn.organization_id, drawn.part_from_credits
  ),
  kept as (
    insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
    select charge.organization_id, charge.reservation_id, p_outputs[charge.item], p_at
    from charge
    where nullif(p_outputs[charge.item], 'null') is not null
  )
  select
    decided.item,
    decided.decision,
    decided.reservation_id,
    case when decided.decision = 'settled' then 'settled' else decided.status end,
    decided.charge_credits,
    decided.release_credits,
    case when decided.charge_credits is not null then decided.short_credits end,
    coalesce(decided.available_credits, 0) + coalesce(
      sum(charge.freed_credits - charge.charge_credits) over (
        partition by decided.organization_id order by decided.item rows unbounded preceding
      ),
      0
    ),
    coalesce(
      written.transaction_ids,
      case
        when decided.decision = 'replayed' then array(
          select earlier.id
          from private.charge_transactions(decided.reservation_id) as earlier
          order by earlier.sequence
        )
      end,
      '{}'
    ),
    decided.decision = 'replayed'
  from decided
  left join charge on charge.item = decided.item
  left join (
    select
      drawn.item,
      array_agg(drawn.transaction_id order by drawn.part_number) as transaction_ids
    from drawn
    group by drawn.item
  ) as written
    on written.item = case
      when decided.decision = 'replayed' then decided.settled_by_item
      when decided.is_settled then decided.item
    end
  order by decided.item
$$;

comment on function private.store_settlements(
  private.settlement_candidate[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[],
  jsonb[], timestamptz
) is 'Writes decided settlements: grants, balances, reservations, ledger; answers all items.';

-- private/suspended_at.sql
/*
 * From when on work of an organization is refused as subscription_inactive, as known at a moment: that
 * moment when its subscription is unpaid, paused or canceled, the end of its grace if that is known,
 * which may have passed or be to come; else infinity.
 */
create function private.suspended_at(p_organization_id uuid, p_at timestamptz)
returns timestamptz
language sql
stable
as $$
  select coalesce(
    least(
      subscription.grace_ends_at,
      case when private.is_suspended(subscription, p_at) then p_at end
    ),
    'infinity'
  )
  from public.org_plans as subscription
  where subscription.organization_id = p_organization_id
$$;

comment on function private.suspended_at(uuid, timestamptz)
  is 'From when on work of an organization is refused because its subscription is not active.';

-- private/sweep_plain_sessions.sql
/*
 * The usual case of sweep_sessions in one statement for many: sessions that ended by themselves,
 * hold no credits, and whose last seconds are in the period and day of their last heartbeat. It does
 * what move_session does, and returns how many it ended; the others are left to that. Their minutes
 * go into the ledger whatever the limits say, as they were promised. The caller holds the gates.
 */
create function private.sweep_plain_sessions(
  p_organization_ids uuid[],
  p_limit integer,
  p_at timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_entries private.usage_entry[];
  v_ended integer;
begin
  with due as materialized (
    select
      session.organization_id, session.id, session.user_id, session.topic, state.end_reason,
      state.ended_at, state.used_seconds, state.used_seconds - session.used_seconds as seconds,
      -- Without new seconds what is not booked yet is of the second before.
      session.last_heartbeat_at - case
        when state.used_seconds = session.used_seconds and session.used_seconds > 0
          then interval '1 second'
        else interval '0'
      end as event_at,
      session.last_heartbeat_at
        + make_interval(secs => state.used_seconds - session.used_seconds) as until
    from private.metered_sessions as session
    cross join lateral public.session_state(session, p_at) as state
    where session.organization_id = any (p_organization_ids)
      and session.status = 'active'
      and session.hold_reservation_id is null
      and state.status = 'ended'
    order by session.organization_id, session.id
    limit p_limit
  ),
  placed as materialized (
    select
      due.*, month.period_start, month.period_end, today.period_start as day_start,
      today.period_end as day_end, today.day
    from due
    join public.org_plans as subscription
      on subscription.organization_id = due.organization_id
    cross join lateral private.quota_period(
      'month', 'session_minutes', due.event_at, subscription
    ) as month
    cross join lateral private.quota_period(
      'day', 'session_minutes', due.event_at, subscription
    ) as today
    where due.until <= least(month.period_end, today.period_end)
      and exists (
        select
        from public.usage_periods as period
        where period.organization_id = due.organization_id
          and period.user_id = due.user_id
          and period.period_start = month.period_start
      )
  ),
  ended as (
    update private.metered_sessions as session
    set
      status = 'ended',
      end_reason = placed.end_reason,
      ended_at = placed.ended_at,
      used_seconds = placed.used_seconds,
      last_heartbeat_at = placed.until,
      lease_expires_at = least(session.lease_expires_at, placed.ended_at)
    from placed
    where session.organization_id = placed.organization_id and session.id = placed.id
    returning session.id
  ),
  counted as (
    update public.usage_periods as period
    set
      used_seconds = period.used_seconds + placed.seconds,
      booked_minutes = round((period.used_seconds + placed.seconds) / 60.0, 4)
    from placed
    where period.organization_id = placed.organization_id
      and period.user_id = placed.user_id
      and period.period_start = placed.period_start
      and (
        placed.seconds > 0
        or period.booked_minutes <> round(period.used_seconds / 60.0, 4)
      )
    returning placed.id as session_id, new.booked_minutes - old.booked_minutes as minutes
  )
  select
    (select count(*) from ended),
    (
      select array_agg(
        row(
          1, placed.organization_id, placed.user_id, 'session_minutes', 'flow', counted.minutes,
          'session', placed.event_at, placed.day, placed.day_start, placed.day_end,
          placed.period_start, placed.period_end, null::uuid, null::text, null::bytea,
          jsonb_build_object('session_id', placed.id, 'topic', placed.topic), uuidv7(), 'recorded',
          jsonb_build_object('promised', true)
        )::private.usage_entry
        order by placed.organization_id, placed.id
      )
      from counted
      join placed on placed.id = counted.session_id
      where counted.minutes > 0
    )
  into v_ended, v_entries;
  perform private.write_usage(v_entries, p_at);
  perform private.note_over_limits(v_entries, p_at);
  return v_ended;
end
$$;

comment on function private.sweep_plain_sessions(uuid[], integer, timestamptz)
  is 'Ends sessions whose time is over, the usual ones of a batch at once.';

-- private/sweep_sessions.sql
/*
 * Job: writes down the end of sessions that have ended by themselves, charges them, and archives the
 * periods that are over, for at most p_limit of each in a call. Whoever asks for a session does the
 * same for it first; this job is for those that nobody asks for. Takes the gates that are free and
 * skips the others, so it can run in many places at once and never waits for traffic. The cursor
 * p_after_organization_id passes over organizations that are busy or whose sessions failed.
 * `processed` counts sessions, `archived` periods.
 */
create function private.sweep_sessions(p_limit integer, p_after_organization_id uuid)
returns table (
  processed integer,
  failed integer,
  remaining boolean,
  archived integer,
  after_organization_id uuid
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_at timestamptz := date_trunc('second', private.current_time_utc());
  v_due_ids uuid[];
  v_organization_ids uuid[];
  v_session private.metered_sessions;
begin
  processed := 0;
  failed := 0;
  select array_agg(due.organization_id order by due.organization_id) into v_due_ids
  from private.due_sessions(v_at, p_limit, p_after_organization_id) as due;
  select array_agg(locked.organization_id) into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.organization_id = any (v_due_ids)
    order by balance.organization_id
    for no key update skip locked
  ) as locked;
  v_at := greatest(v_at, date_trunc('second', private.lock_balances(v_organization_ids)));

  begin
    processed := private.sweep_plain_sessions(v_organization_ids, p_limit, v_at);
  exception when others then
    -- One of them is wrong: below, the others do not wait for it.
    raise warning 'a batch of sessions could not be ended at once: %', sqlerrm;
  end;
  for v_session in
    select session.*
    from private.metered_sessions as session
    cross join lateral public.session_state(session, v_at) as state
    where session.organization_id = any (v_organization_ids)
      and session.status = 'active'
      and state.status = 'ended'
    order by session.organization_id, session.id
    limit p_limit
  loop
    begin
      perform private.move_session(v_session, v_at, false, null);
      processed := processed + 1;
    exception when others then
      failed := failed + 1;
      raise warning 'session % could not be ended: %', v_session.id, sqlerrm;
    end;
  end loop;
  archived := private.archive_usage_periods(v_at, p_limit);
  remaining := coalesce(cardinality(v_due_ids), 0) = p_limit or archived = p_limit;
  -- The last organization may have more: on from the one before, or from where this call began.
  after_organization_id := coalesce(
    (
      select max(due.organization_id::text)::uuid
      from unnest(v_due_ids) as due (organization_id)
      where due.organization_id < v_due_ids[p_limit]
    ),
    case when processed = 0 then v_due_ids[p_limit] end,
    p_after_organization_id
  );
  return next;
end
$$;

comment on function private.sweep_sessions(integer, uuid)
  is 'Job: ends sessions whose time is over, skipping organizations that are busy.';

grant execute on function private.sweep_sessions(integer, uuid) to purser_api;

-- private/sync_credit_caps.sql
/*
 * Trigger: when caps on credits are set, their members' use of this day and period so far is counted,
 * and open holds are marked, so that the cap counts from the beginning; when the last one of a member
 * is taken away, nothing is counted any more. Organizations without caps pay nothing: their balance row
 * says so. Gate: the balance rows of all that the statement touched, at once, as it locks them in order;
 * then its members, in order as well.
 *
 * Not for what a foreign key does when a user or an organization is deleted (a trigger inside another):
 * the deleted rows are locked by then, and who has the gate may wait for them, as for the user of an
 * override. Nothing is wrong without it: nobody is left whom a cap of a deleted user could hold back,
 * and whose limit stays has only lost the name of who set it. uncap_organizations puts the balance right.
 */
create function private.sync_credit_caps()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[] := array(
    select distinct cap.organization_id from touched_caps as cap where cap.meter_id = 'credits'
  );
  v_at timestamptz;
  v_member record;
begin
  if cardinality(v_organization_ids) = 0 then
    return null;
  end if;
  v_at := private.lock_balances(v_organization_ids);
  update public.organization_credit_balances as balance
  set has_member_caps = exists (
    select
    from public.member_caps as cap
    where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
  )
  where balance.organization_id = any (v_organization_ids);

  for v_member in
    select distinct cap.organization_id, cap.user_id
    from touched_caps as cap
    where cap.meter_id = 'credits'
    order by cap.organization_id, cap.user_id
  loop
    delete from public.quota_usages as counter
    where counter.organization_id = v_member.organization_id
      and counter.meter_id = 'credits'
      and counter.user_id = v_member.user_id;
    update private.credit_holds as hold
    set is_capped = false
    where hold.organization_id = v_member.organization_id
      and hold.user_id = v_member.user_id
      and hold.is_capped;
    if exists (
      select
      from public.member_caps as cap
      where cap.organization_id = v_member.organization_id
        and cap.user_id = v_member.user_id
        and cap.meter_id = 'credits'
    ) then
      perform private.count_capped_member(v_member.organization_id, v_member.user_id, v_at);
    end if;
  end loop;
  return null;
end
$$;

comment on function private.sync_credit_caps()
  is 'Trigger: a cap on credits counts what its member has used so far.';

create trigger sync_inserted_credit_caps
after insert on public.member_caps
referencing new table as touched_caps
for each statement execute function private.sync_credit_caps();

create trigger sync_updated_credit_caps
after update on public.member_caps
referencing new table as touched_caps
for each statement when (pg_trigger_depth() = 0)
execute function private.sync_credit_caps();

create trigger sync_deleted_credit_caps
after delete on public.member_caps
referencing old table as touched_caps
for each statement when (pg_trigger_depth() = 0)
execute function private.sync_credit_caps();

-- private/take_form_generation.sql
/*
 * Counts a generation of a customer of a form, if the limits of the form leave room: so many in any
 * 24 hours for the customer, and so many for all customers together. What is in flight counts; the
 * caller gives back what has cost nothing (give_back_form_generation).
 *
 * Gate: the form's row. Replay: a key that was counted is not counted again.
 * Outcomes: taken, replayed, rate_limited (also a limit of 0, then without a time to wait),
 * not_public (the capability is not for customers), unknown_form (no such form, another token,
 * expired or revoked).
 */
create function private.take_form_generation(
  p_organization_id uuid,
  p_form_id text,
  p_token_id uuid,
  p_capability_id text,
  p_customer_sha256 bytea,
  p_idempotency_key text
)
returns table (outcome text, generations_left integer, retry_after_seconds integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_day constant interval := interval '24 hours';
  v_form public.form_tokens;
  v_at timestamptz;
  v_customer timestamptz[];
  v_all timestamptz[];
begin
  select form.* into v_form
  from public.form_tokens as form
  where form.organization_id = p_organization_id
    and form.form_id = p_form_id
    and form.token_id = p_token_id
    and form.revoked_at is null
  for no key update;
  v_at := private.current_time_utc();
  if v_form.form_id is null or v_form.expires_at <= v_at then
    return query select 'unknown_form', 0, null::integer;
    return;
  elsif not exists (
    select from public.ai_capabilities as capability
    where capability.id = p_capability_id and capability.is_public
  ) then
    return query select 'not_public', 0, null::integer;
    return;
  end if;

  delete from private.form_generations as made
  where made.organization_id = p_organization_id
    and made.form_id = p_form_id
    and made.created_at <= v_at - v_day;
  -- Newest first, so that the element at the limit is the one that has to leave.
  select
    coalesce(array_agg(made.created_at order by made.created_at desc) filter (
      where made.customer_sha256 = p_customer_sha256
    ), '{}'),
    coalesce(array_agg(made.created_at order by made.created_at desc), '{}')
  into v_customer, v_all
  from private.form_generations as made
  where made.organization_id = p_organization_id and made.form_id = p_form_id;

  if exists (
    select from private.form_generations as made
    where made.organization_id = p_organization_id
      and made.form_id = p_form_id
      and made.idempotency_key = p_idempotency_key
  ) then
    outcome := 'replayed';
  elsif cardinality(v_customer) >= v_form.generations_per_customer
    or cardinality(v_all) >= v_form.generations_per_day then
    outcome := 'rate_limited';
    retry_after_seconds := private.seconds_until_room(v_form, v_customer, v_all, v_at);
  else
    insert into private.form_generations
      (organization_id, form_id, customer_sha256, idempotency_key, created_at)
    values (p_organization_id, p_form_id, p_customer_sha256, p_idempotency_key, v_at);
    outcome := 'taken';
    v_customer := v_customer || v_at;
  end if;
  generations_left := greatest(v_form.generations_per_customer - cardinality(v_customer), 0);
  return next;
end
$$;

comment on function private.take_form_generation(uuid, text, uuid, text, bytea, text)
  is 'Counts a generation of a customer of a form, within the limits of the form.';

grant execute on function private.take_form_generation(uuid, text, uuid, text, bytea, text)
  to purser_api;

-- private/take_plan_credits.sql
/*
 * Takes credits back from the plan's grants, as far as they are unused and no open hold needs them;
 * one ledger row for each grant. The caller holds the gate. Returns how much was taken.
 */
create function private.take_plan_credits(
  p_organization_id uuid,
  p_amount_credits numeric,
  p_actor jsonb,
  p_reason text,
  p_at timestamptz
)
returns numeric
language sql
volatile
as $$
  with account as materialized (
    select
      balance.monthly_credits + balance.bonus_credits - balance.debt_credits as posted_credits,
      least(
        p_amount_credits,
        balance.monthly_credits,
        greatest(
          balance.monthly_credits + balance.bonus_credits - balance.debt_credits
            - balance.reserved_credits,
          0
        )
      ) as take_credits
    from public.organization_credit_balances as balance
    where balance.organization_id = p_organization_id
  ),
  lot as materialized (
    select
      lot.id,
      lot.remaining_credits,
      sum(lot.remaining_credits) over line - lot.remaining_credits as before_credits
    from public.credit_grants as lot
    where lot.organization_id = p_organization_id
      and lot.source = 'plan'
      and not lot.is_used_up
      and lot.closed_at is null
    -- The latest lot gives first: it is the one that an upgrade added.
    window line as (order by lot.created_at desc, lot.id desc rows unbounded preceding)
  ),
  taken as materialized (
    select
      lot.id,
      lot.before_credits,
      least(lot.remaining_credits, account.take_credits - lot.before_credits) as amount_credits,
      account.posted_credits
    from lot
    cross join account
    where lot.before_credits < account.take_credits
  ),
  emptied as (
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - taken.amount_credits,
      closed_at = case when lot.remaining_credits = taken.amount_credits then p_at end
    from taken
    where lot.id = taken.id
  ),
  recorded as (
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      event_at
    )
    select
      p_organization_id, 'plan_change_adjustment', -taken.amount_credits,
      taken.posted_credits - taken.before_credits - taken.amount_credits, taken.id, p_actor,
      p_reason, p_at
    from taken
    order by taken.before_credits
  ),
  counted as (
    update public.organization_credit_balances as balance
    set monthly_credits = balance.monthly_credits - account.take_credits
    from account
    where balance.organization_id = p_organization_id
  )
  select account.take_credits from account
$$;

comment on function private.take_plan_credits(uuid, numeric, jsonb, text, timestamptz)
  is 'Takes unused plan credits back, but not what open holds need.';

-- private/tell_quotas.sql
/*
 * Writes on the lines of a reservation what was really used, before it is settled. The caller holds
 * the gate. Answers told; unknown (no such reservation: the settlement says so); invalid_quotas; or
 * idempotency_conflict when the lines were booked with other amounts.
 */
create function private.tell_quotas(
  p_organization_id uuid,
  p_reservation_id uuid,
  p_quotas jsonb
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_booked boolean;
begin
  select hold.status = 'settled'
  into v_is_booked
  from public.credit_reservations as hold
  where hold.organization_id = p_organization_id and hold.id = p_reservation_id;
  if not found then
    return 'unknown';
  end if;
  if exists (
    select
    from jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
    left join public.quota_holds as line
      on line.organization_id = p_organization_id
      and line.reservation_id = p_reservation_id
      and line.meter_id = told.meter
    group by told.meter
    having count(*) > 1 or count(line.meter_id) = 0
      or bool_and(
        told.amount = 0 or (told.amount > 0 and private.is_usage_amount(told.amount))
      ) is not true
  ) then
    return 'invalid_quotas';
  end if;
  if v_is_booked then
    return case
      when exists (
        select
        from public.quota_holds as line
        left join jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
          on told.meter = line.meter_id
        where line.organization_id = p_organization_id
          and line.reservation_id = p_reservation_id
          and line.actual_amount is distinct from told.amount
      ) then 'idempotency_conflict'
      else 'told'
    end;
  end if;

  update public.quota_holds as line
  set actual_amount = told.amount
  from jsonb_to_recordset(p_quotas) as told (meter text, amount numeric)
  where line.organization_id = p_organization_id
    and line.reservation_id = p_reservation_id
    and line.meter_id = told.meter;
  return 'told';
end
$$;

comment on function private.tell_quotas(uuid, uuid, jsonb)
  is 'Writes on the lines of a reservation what was really used.';

-- private/uncap_organizations.sql
/*
 * Job: an organization whose last cap on credits went with its user pays nothing for caps any more; at
 * most p_limit in a call. Until then its holds only take the longer way to the same answers, so whose
 * gate is not free is left for the next run. `remaining`: a further call may find more.
 *
 * Gate: the balance rows. What was read before they were locked only tells whom to look at: a cap may
 * have been set since.
 */
create function private.uncap_organizations(p_limit integer)
returns table (processed integer, failed integer, remaining boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_organization_ids uuid[];
begin
  select array_agg(free.organization_id)
  into v_organization_ids
  from (
    select balance.organization_id
    from public.organization_credit_balances as balance
    where balance.has_member_caps
      and not exists (
        select
        from public.member_caps as cap
        where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
      )
    order by balance.organization_id
    limit p_limit
    for no key update of balance skip locked
  ) as free;

  update public.organization_credit_balances as balance
  set has_member_caps = false
  where balance.organization_id = any (v_organization_ids)
    and not exists (
      select
      from public.member_caps as cap
      where cap.organization_id = balance.organization_id and cap.meter_id = 'credits'
    );
  get diagnostics processed = row_count;
  remaining := coalesce(cardinality(v_organization_ids), 0) = p_limit;
  failed := 0;
  return next;
end
$$;

comment on function private.uncap_organizations(integer)
  is 'Job: organizations whose last cap on credits went with its user are without caps again.';

grant execute on function private.uncap_organizations(integer) to purser_api;

-- private/uncollected_purchases.sql
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

-- private/unfinished_auto_topups.sql
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

-- private/unlisted_offer.sql
/*
 * capability_offer() for names that are not in the catalogue, and so not in private.capability_offers.
 * As plpgsql it is no part of the plan of its callers, who nearly never need it.
 */
create function private.unlisted_offer(
  p_plan_id text,
  p_capability_id text,
  p_asked_level_id text,
  p_at timestamptz
)
returns table (
  quality_level_id text,
  estimated_credits numeric,
  model_id text,
  minute_limit integer,
  hour_limit integer,
  day_limit integer,
  allowed_quality_levels text[],
  unknown text,
  denial text
)
language plpgsql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select *
  from private.capability_offer(p_plan_id, p_capability_id, p_asked_level_id, p_at);
end
$$;

comment on function private.unlisted_offer(text, text, text, timestamptz)
  is 'What the catalogue says of names that are not in it.';

-- private/unlocking_plan.sql
/*
 * The smallest plan on offer that would allow a capability, and a level if one was asked for.
 * Null when none does, also while the capability is switched off for everybody.
 */
create function private.unlocking_plan(p_capability_id text, p_quality_level_id text)
returns text
language sql
stable
parallel safe
as $$
  select plan.id
  from public.plans as plan
  join public.plan_ai_capabilities as included on included.plan_id = plan.id
  join public.ai_capabilities as capability on capability.id = included.capability_id
  where plan.is_active
    and capability.is_active
    and included.is_enabled
    and included.capability_id = p_capability_id
    and exists (
      select
      from public.plan_ai_capability_quality_levels as allowed
      where allowed.plan_id = plan.id
        and allowed.capability_id = p_capability_id
        and (p_quality_level_id is null or allowed.quality_level_id = p_quality_level_id)
    )
  order by plan.rank
  limit 1
$$;

comment on function private.unlocking_plan(text, text)
  is 'Smallest plan on offer that allows a capability and level.';

-- private/unsettled_invoices.sql
/*
 * Job: payments of invoices that should be compared with Stripe one by one, those first that were
 * touched longest ago: with a refund or a dispute which is not decided, and those of whose invoice more
 * could be withdrawn than was, as after a hold has ended.
 */
create function private.unsettled_invoices(p_limit integer)
returns table (invoice_id text, payment_intent_id text)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with money_back as (
    select
      refund.organization_id, refund.invoice_id, refund.stripe_payment_intent_id,
      refund.status in ('pending', 'requires_action') as is_undecided
    from public.billing_refunds as refund
    where refund.invoice_id is not null
    union all
    select
      dispute.organization_id, dispute.invoice_id, dispute.stripe_payment_intent_id,
      dispute.status not in ('won', 'lost', 'warning_closed', 'prevented')
    from public.billing_disputes as dispute
    where dispute.invoice_id is not null
  )
  select invoice.id, money_back.stripe_payment_intent_id
  from money_back
  join public.billing_invoices as invoice
    on invoice.organization_id = money_back.organization_id
    and invoice.id = money_back.invoice_id
  join public.org_plans as subscription on subscription.organization_id = invoice.organization_id
  join public.plans as plan on plan.id = subscription.plan_id
  where money_back.stripe_payment_intent_id is not null
    and (
      money_back.is_undecided
      or invoice.unrecovered_credits > 0 and (
        (invoice.refunded_usd > 0 and plan.refund_policy = 'debt')
        or (invoice.disputed_usd > 0 and plan.dispute_policy = 'debt')
        or exists (
          select
          from public.billing_invoice_lines as line
          join public.credit_grants as lot
            on lot.organization_id = line.organization_id
            and lot.transaction_id = line.transaction_id
          where line.organization_id = invoice.organization_id
            and line.invoice_id = invoice.id
            and lot.remaining_credits > 0
            -- What is kept for a hold has expired.
            and lot.expires_at > private.current_time_utc()
        )
      )
    )
  group by invoice.id, money_back.stripe_payment_intent_id, invoice.updated_at
  order by invoice.updated_at, invoice.id
  limit p_limit
$$;

comment on function private.unsettled_invoices(integer)
  is 'Job: payments of invoices to compare with Stripe one by one.';

grant execute on function private.unsettled_invoices(integer) to purser_api;

-- private/unsettled_purchases.sql
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

-- private/usage_cost.sql
/*
 * What a usage report costs by a price row: credits = US dollars / 0.001, rounded up to 0.25, at
 * least 0.25. Input tokens include the cached ones, output tokens include reasoning. One row.
 * problem: invalid_amount (not a usage report), unknown_model (also without a price), else null.
 */
create function private.usage_cost(
  p_model text,
  p_input_tokens bigint,
  p_cached_input_tokens bigint,
  p_output_tokens bigint,
  p_reasoning_tokens bigint,
  p_input_usd_per_million_tokens numeric,
  p_cached_input_usd_per_million_tokens numeric,
  p_output_usd_per_million_tokens numeric
)
returns table (problem text, cost_usd numeric, credits numeric)
language sql
stable
as $$
  select
    case
      when (
        p_model is not null
        and p_input_tokens <= 1000000000000
        and p_output_tokens between 0 and 1000000000000
        and coalesce(p_cached_input_tokens, 0) between 0 and p_input_tokens
        -- Part of the output: it changes no price.
        and coalesce(p_reasoning_tokens, 0) between 0 and 1000000000000
      ) is not true then 'invalid_amount'
      when p_input_usd_per_million_tokens is null then 'unknown_model'
      -- Far more than any request can cost: a mistake in the report.
      when priced.micro_usd > 100000000000 then 'invalid_amount'
    end,
    trim_scale(priced.micro_usd * 0.000001),
    -- 1,000 micro-dollars a credit, in quarters. No division: it would round.
    greatest(0.25, ceil(priced.micro_usd * 0.004) * 0.25)
  from (
    select
      p_input_tokens * p_input_usd_per_million_tokens
        + p_output_tokens * p_output_usd_per_million_tokens
        -- Cached tokens are in the input: they cost the difference. No subtraction of tokens, which
        -- could overflow where the report is none.
        + case
          when p_cached_input_tokens <> 0
            then p_cached_input_tokens
              * (p_cached_input_usd_per_million_tokens - p_input_usd_per_million_tokens)
          else 0
        end as micro_usd
    -- Without it the planner writes the sum into every place that uses it.
    offset 0
  ) as priced
$$;

comment on function private.usage_cost(
  text, bigint, bigint, bigint, bigint, numeric, numeric, numeric
) is 'Credits that a usage report costs by a price row.';

-- private/usage_entries.sql
/*
 * The items of consume_quota and record_usage, or lines to hold, with everything needed to decide them, sorted as
 * decide_usage wants them. `outcome` is set where it depends on neither the limits nor other items.
 * An event time of null is now; what happened may be told for 35 days, and up to five minutes ahead,
 * as clocks of machines differ. The caller holds the gates.
 */
create function private.usage_entries(
  p_organization_ids uuid[],
  p_user_ids uuid[],
  p_meter_ids text[],
  p_amounts numeric[],
  p_idempotency_keys text[],
  p_event_ats timestamptz[],
  p_metadata jsonb[],
  p_source text,
  p_at timestamptz
)
returns private.usage_entry[]
language sql
stable
as $$
  select array_agg(
    row(
      number.item, asked.organization_id, asked.user_id, asked.meter_id, meter.kind,
      asked.amount, p_source, asked.event_at, date.day, date.period_start, date.period_end,
      span.period_start, span.period_end, null::uuid, asked.idempotency_key,
      fingerprint.sha256, nullif(p_metadata[number.item], 'null'),
      coalesce(existing.id, uuidv7()),
      case
        when subscription.organization_id is null then 'unknown_organization'
        when asked.idempotency_key is null or length(asked.idempotency_key) not between 1 and 200
          then 'invalid_key'
        when existing.request_fingerprint = fingerprint.sha256 then 'replayed'
        when existing.id is not null then 'idempotency_conflict'
        when meter.id is null then 'unknown_meter'
        when asked.user_id is not null and not exists (
          select
          from auth.members as member
          where member.organization_id = asked.organization_id
            and member.user_id = asked.user_id
        ) then 'unknown_user'
        when private.is_usage_amount(asked.amount) is not true
          or ((meter.kind = 'flow' or p_source = 'settled') and asked.amount < 0)
          then 'invalid_amount'
        when asked.event_at not between p_at - interval '35 days' and p_at + interval '5 minutes'
          then 'invalid_event_at'
        when p_source <> 'recorded' and private.is_suspended(subscription, p_at)
          then 'subscription_inactive'
      end,
      existing.decision
    )::private.usage_entry
    order by asked.organization_id, number.item
  )
  from generate_series(1, cardinality(p_organization_ids)) as number (item)
  cross join lateral (
    select
      p_organization_ids[number.item] as organization_id,
      p_user_ids[number.item] as user_id,
      p_meter_ids[number.item] as meter_id,
      p_amounts[number.item] as amount,
      p_idempotency_keys[number.item] as idempotency_key,
      least(coalesce(p_event_ats[number.item], p_at), p_at + interval '6 minutes') as event_at
  ) as asked
  left join lateral (
    select subscribed.*
    from public.org_plans as subscribed
    where subscribed.organization_id = asked.organization_id
    limit 1
  ) as subscription on true
  left join lateral (
    select counted.id, counted.kind
    from public.meters as counted
    where counted.id = asked.meter_id and counted.is_active
    limit 1
  ) as meter on true
  left join lateral (
    select written.id, written.request_fingerprint, written.decision
    from public.usage_ledger as written
    where written.idempotency_key = asked.idempotency_key
      and written.organization_id = asked.organization_id
    limit 1
  ) as existing on true
  left join lateral private.quota_period(
    'month', asked.meter_id, asked.event_at, subscription
  ) as span on subscription.organization_id is not null
  left join lateral private.quota_period(
    'day', asked.meter_id, asked.event_at, subscription
  ) as date on subscription.organization_id is not null
  -- The request as it came, before defaults.
  cross join lateral (
    select sha256(convert_to(
      concat_ws(
        e'\x1f',
        p_source,
        coalesce(asked.user_id::text, ''),
        coalesce(asked.meter_id, ''),
        coalesce(trim_scale(asked.amount)::text, ''),
        coalesce(extract(epoch from p_event_ats[number.item])::text, ''),
        coalesce(nullif(p_metadata[number.item], 'null')::text, '')
      ),
      'UTF8'
    )) as sha256
  ) as fingerprint
$$;

comment on function private.usage_entries(
  uuid[], uuid[], text[], numeric[], text[], timestamptz[], jsonb[], text, timestamptz
) is 'Items of a usage batch with all that is needed to decide them.';

-- private/usage_facts.sql
/*
 * What charts are made of: use of a meter, or of credits, on each of some days, in all (none) or by
 * capability, level, model or member; of meters only the first and the last. Meters come from their
 * roll-up, which equals their ledger at every commit; credits from theirs up to its mark, and from
 * the ledger after it, so that the answer is exact at any moment. A key is empty where none was told;
 * a day and key may come twice.
 */
create function private.usage_facts(
  p_organization_id uuid,
  p_meter_id text,
  p_dimension text,
  p_from date,
  p_to date
)
returns table (day date, key text, amount numeric, entries bigint)
language sql
stable
as $$
  select
    daily.day,
    case
      when p_dimension = 'member' and daily.user_id <> '00000000-0000-0000-0000-000000000000'
        then daily.user_id::text
      else ''
    end,
    daily.used_amount, daily.entries::bigint
  from public.usage_daily as daily
  where p_meter_id <> 'credits'
    and daily.organization_id = p_organization_id
    and daily.meter_id = p_meter_id
    and daily.day between p_from and p_to
  union all
  select daily.day, daily.key, daily.used_credits, daily.entries
  from public.credit_usage_daily as daily
  where p_meter_id = 'credits'
    and daily.organization_id = p_organization_id
    and daily.dimension = p_dimension
    and daily.day between p_from and p_to
  union all
  select charge.day, charge.key, charge.used_credits, charge.entries
  from private.credit_charges_by_day(
    p_organization_id,
    coalesce(
      (
        select mark.folded_sequence
        from private.credit_usage_folds as mark
        where mark.organization_id = p_organization_id
      ),
      0
    ),
    9223372036854775807,
    p_dimension
  ) as charge
  where p_meter_id = 'credits' and charge.day between p_from and p_to
$$;

comment on function private.usage_facts(uuid, text, text, date, date)
  is 'Use of a meter or of credits by day and one thing it was for, exact at any moment.';

-- private/verify_billing.sql
/*
 * Proves that the ledger has what was bought, of one organization or all: rows like those of
 * verify_ledger, of which it is a part. purchase_equals_ledger: the credits of a purchase, less what
 * refunds and disputes withdrew, are what the ledger has under its id. invoice_line_equals_ledger: what a
 * paid invoice line gave is in the row of the ledger that it names. invoice_withdrawal_equals_ledger: so is
 * what refunds and disputes of an invoice withdrew.
 */
create function private.verify_billing(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with bought as (
    select
      purchase.organization_id,
      purchase.id,
      case when purchase.grant_id is null then 0
        else purchase.credits - purchase.withdrawn_credits
      end as credits
    from public.credit_purchases as purchase
    where p_organization_id is null or purchase.organization_id = p_organization_id
  ),
  recorded as (
    select
      entry.organization_id,
      (entry.payment_metadata ->> 'purchase_id')::uuid as purchase_id,
      sum(entry.amount_credits) as credits
    from public.credit_transactions as entry
    where (p_organization_id is null or entry.organization_id = p_organization_id)
      and entry.payment_metadata ->> 'purchase_id' is not null
    group by 1, 2
  )
  select
    coalesce(bought.organization_id, recorded.organization_id), 'purchase_equals_ledger',
    coalesce(bought.credits, 0), coalesce(recorded.credits, 0),
    jsonb_build_object('purchase_id', coalesce(bought.id, recorded.purchase_id))
  from bought
  full join recorded
    on recorded.organization_id = bought.organization_id and recorded.purchase_id = bought.id
  where coalesce(bought.credits, 0) <> coalesce(recorded.credits, 0)
  union all
  select
    line.organization_id, 'invoice_line_equals_ledger', greatest(line.granted_credits, 0),
    coalesce(entry.amount_credits, 0), jsonb_build_object('invoice_line_id', line.id)
  from public.billing_invoice_lines as line
  left join public.credit_transactions as entry
    on entry.organization_id = line.organization_id and entry.id = line.transaction_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and greatest(line.granted_credits, 0) <> coalesce(entry.amount_credits, 0)
  union all
  select
    coalesce(invoice.organization_id, recorded.organization_id), 'invoice_withdrawal_equals_ledger',
    coalesce(invoice.withdrawn_credits, 0), coalesce(recorded.credits, 0),
    jsonb_build_object('invoice_id', coalesce(invoice.id, recorded.invoice_id))
  from (
    select known.organization_id, known.id, known.withdrawn_credits
    from public.billing_invoices as known
    where p_organization_id is null or known.organization_id = p_organization_id
  ) as invoice
  full join (
    select
      entry.organization_id,
      entry.payment_metadata ->> 'invoice_id' as invoice_id,
      -sum(entry.amount_credits) as credits
    from public.credit_transactions as entry
    where (p_organization_id is null or entry.organization_id = p_organization_id)
      and entry.type = 'admin_adjustment'
      and entry.payment_metadata ->> 'invoice_id' is not null
    group by 1, 2
  ) as recorded
    on recorded.organization_id = invoice.organization_id and recorded.invoice_id = invoice.id
  where coalesce(invoice.withdrawn_credits, 0) <> coalesce(recorded.credits, 0)
$$;

comment on function private.verify_billing(uuid)
  is 'Every purchase that the ledger does not have as it should; part of verify_ledger.';

-- private/verify_capability_offers.sql
/*
 * Where private.capability_offers is not what the catalogue says: a row for each offer that is missing,
 * has to go or is another one. Empty, unless a trigger of the catalogue was off.
 */
create function private.verify_capability_offers()
returns table (
  plan_id text,
  capability_id text,
  asked_level_id text,
  valid_from timestamptz,
  stored jsonb,
  wanted jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(stored.plan_id, wanted.plan_id),
    coalesce(stored.capability_id, wanted.capability_id),
    coalesce(stored.asked_level_id, wanted.asked_level_id),
    coalesce(stored.valid_from, wanted.valid_from),
    to_jsonb(stored),
    to_jsonb(wanted)
  from private.capability_offers as stored
  full join private.defined_capability_offers() as wanted
    on wanted.plan_id = stored.plan_id
    and wanted.capability_id = stored.capability_id
    and wanted.asked_level_id = stored.asked_level_id
    and wanted.valid_from = stored.valid_from
  where to_jsonb(stored) is distinct from to_jsonb(wanted)
  order by 1, 2, 3, 4
$$;

comment on function private.verify_capability_offers()
  is 'Offers that are not what the catalogue says; empty when all is well.';

grant execute on function private.verify_capability_offers() to purser_api;

-- private/verify_capped_credits.sql
/*
 * The part of verify_usage about caps on credits: what their counters say, beside the reservations
 * that were made in the day or period.
 */
create function private.verify_capped_credits(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
as $$
  select
    counter.organization_id, 'capped_credits_equal_holds', part.expected, part.actual,
    jsonb_build_object(
      'user_id', counter.user_id, 'period', counter.period, 'from', counter.period_start,
      'amount', part.name
    )
  from (
    select
      kept.*,
      least(
        kept.period_end,
        lead(kept.period_start) over (
          partition by kept.organization_id, kept.user_id, kept.period order by kept.period_start
        )
      ) as ended_at
    from public.quota_usages as kept
    where kept.meter_id = 'credits'
      and (p_organization_id is null or kept.organization_id = p_organization_id)
  ) as counter
  cross join lateral (
    select
      coalesce(sum(told.charged_credits), 0) as used,
      coalesce(sum(told.amount_credits) filter (where told.status = 'reserved'), 0) as held
    from private.credit_holds as hold
    join public.credit_reservations as told
      on told.organization_id = hold.organization_id and told.id = hold.id
    where hold.organization_id = counter.organization_id
      and hold.user_id = counter.user_id
      and hold.is_capped
      and hold.id >= private.first_uuid_at(counter.period_start)
      and hold.created_at >= counter.period_start
      and hold.created_at < counter.ended_at
  ) as wanted
  cross join lateral (
    values ('used', wanted.used, counter.used_amount), ('held', wanted.held, counter.held_amount)
  ) as part (name, expected, actual)
  where part.expected <> part.actual
$$;

comment on function private.verify_capped_credits(uuid)
  is 'Differences between counters of caps on credits and the reservations of their members.';

-- private/verify_credit_usage.sql
/*
 * The part of verify_usage about credits: the roll-up up to its mark, by the days of the time zone
 * that the organization has now, since a change of it starts the roll-up anew.
 */
create function private.verify_credit_usage(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
as $$
  select
    coalesce(daily.organization_id, sums.organization_id), 'credit_daily_equals_ledger',
    coalesce(sums.used_credits, 0), coalesce(daily.used_credits, 0),
    jsonb_build_object(
      'dimension', coalesce(daily.dimension, sums.dimension),
      'day', coalesce(daily.day, sums.day), 'key', coalesce(daily.key, sums.key)
    )
  from (
    select charge.*
    from private.credit_usage_folds as mark
    cross join lateral private.credit_charges_by_day(
      mark.organization_id, 0, mark.folded_sequence, null
    ) as charge
    where p_organization_id is null or mark.organization_id = p_organization_id
  ) as sums
  full join (
    select kept.*
    from public.credit_usage_daily as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
  ) as daily
    on daily.organization_id = sums.organization_id and daily.dimension = sums.dimension
    and daily.day = sums.day and daily.key = sums.key
  where (sums.used_credits, sums.entries) is distinct from (daily.used_credits, daily.entries)
$$;

comment on function private.verify_credit_usage(uuid)
  is 'Differences between the roll-up of credits and their ledger.';

-- private/verify_ledger.sql
/*
 * Proves the books of one organization, or of all when p_organization_id is null: a row for each
 * rule that is broken, with what was expected and found; no rows when all is right. Reads one
 * snapshot, so it is exact while others write.
 *
 * account_missing, posted_equals_ledger, monthly_equals_grants, bonus_equals_grants,
 * debt_equals_ledger, reserved_equals_holds, used_equals_charges: the balance row.
 * grant_equals_ledger: what a grant has left. balance_after_chain: each ledger row follows the one
 * before. settlement_equals_ledger: what a reservation was charged. charge_within_hold: a charge that
 * only the ledger tells of, which was for those within their hold.
 * purchase_equals_ledger: what was bought, see verify_billing().
 * debt_beside_credits: a debt while grants have credits that were not spoken for.
 *
 * That open holds fit what is posted is no such rule: a hold fits when it is made, and a settlement
 * above another one may take from the overdraft what leaves less than the holds.
 */
create function private.verify_ledger(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with account as materialized (
    select balance.*
    from public.organization_credit_balances as balance
    where p_organization_id is null or balance.organization_id = p_organization_id
  ),
  entry as materialized (
    select
      written.organization_id,
      written.sequence,
      written.id,
      written.type,
      written.amount_credits,
      written.balance_after_credits,
      written.grant_id,
      written.reservation_id,
      written.event_at,
      lag(written.balance_after_credits, 1, 0) over (
        partition by written.organization_id order by written.sequence
      ) as balance_before_credits
    from public.credit_transactions as written
    where p_organization_id is null or written.organization_id = p_organization_id
  ),
  lot as materialized (
    select
      held.organization_id, held.id, held.source, held.remaining_credits, held.repaid_debt_credits
    from public.credit_grants as held
    where p_organization_id is null or held.organization_id = p_organization_id
  ),
  hold as materialized (
    select
      made.organization_id, made.id, made.status, made.amount_credits, made.charged_credits,
      made.released_credits
    from public.credit_reservations as made
    where p_organization_id is null or made.organization_id = p_organization_id
  ),
  ledger as materialized (
    select
      entry.organization_id,
      sum(entry.amount_credits) as posted,
      -coalesce(sum(entry.amount_credits) filter (where entry.grant_id is null), 0) as debt
    from entry
    group by entry.organization_id
  ),
  lots as materialized (
    select
      lot.organization_id,
      coalesce(sum(lot.remaining_credits) filter (where lot.source = 'plan'), 0) as monthly,
      coalesce(sum(lot.remaining_credits) filter (where lot.source <> 'plan'), 0) as bonus,
      sum(lot.repaid_debt_credits) as repaid
    from lot
    group by lot.organization_id
  ),
  holds as materialized (
    select hold.organization_id, sum(hold.amount_credits) as reserved
    from hold
    where hold.status = 'reserved'
    group by hold.organization_id
  ),
  charges as materialized (
    select account.organization_id, -sum(entry.amount_credits) as used
    from account
    join entry
      on entry.organization_id = account.organization_id
      and entry.event_at >= account.period_start
    where entry.type = 'ai_consumption'
    group by account.organization_id
  ),
  rule as (
    select account.organization_id, compared.*
    from account
    left join ledger on ledger.organization_id = account.organization_id
    left join lots on lots.organization_id = account.organization_id
    left join holds on holds.organization_id = account.organization_id
    left join charges on charges.organization_id = account.organization_id
    cross join lateral (
      values
        (
          'posted_equals_ledger', coalesce(ledger.posted, 0),
          account.monthly_credits + account.bonus_credits - account.debt_credits
        ),
        ('monthly_equals_grants', coalesce(lots.monthly, 0), account.monthly_credits),
        ('bonus_equals_grants', coalesce(lots.bonus, 0), account.bonus_credits),
        (
          'debt_equals_ledger',
          coalesce(ledger.debt, 0) - coalesce(lots.repaid, 0), account.debt_credits
        ),
        ('reserved_equals_holds', coalesce(holds.reserved, 0), account.reserved_credits),
        ('used_equals_charges', coalesce(charges.used, 0), account.used_credits)
    ) as compared (invariant, expected, actual)
    where compared.expected <> compared.actual
  )
  select rule.organization_id, rule.invariant, rule.expected, rule.actual, '{}'::jsonb
  from rule
  union all
  select subscriber.id, 'account_missing', 1, 0, '{}'
  from auth.organizations as subscriber
  where (p_organization_id is null or subscriber.id = p_organization_id)
    and (
      not exists (
        select
        from public.organization_credit_balances as balance
        where balance.organization_id = subscriber.id
      )
      or not exists (
        select
        from public.org_plans as subscription
        where subscription.organization_id = subscriber.id
      )
    )
  union all
  select
    account.organization_id, 'debt_beside_credits', 0, account.debt_credits,
    jsonb_build_object('monthly', account.monthly_credits, 'bonus', account.bonus_credits)
  from account
  where account.debt_credits > 0 and account.monthly_credits + account.bonus_credits > 0
  union all
  select
    lot.organization_id, 'grant_equals_ledger',
    coalesce(moved.amount, 0) - lot.repaid_debt_credits, lot.remaining_credits,
    jsonb_build_object('grant_id', lot.id)
  from lot
  left join (
    select entry.grant_id, sum(entry.amount_credits) as amount
    from entry
    group by entry.grant_id
  ) as moved on moved.grant_id = lot.id
  where coalesce(moved.amount, 0) - lot.repaid_debt_credits <> lot.remaining_credits
  union all
  select
    entry.organization_id, 'balance_after_chain',
    entry.balance_before_credits + entry.amount_credits, entry.balance_after_credits,
    jsonb_build_object('transaction_id', entry.id, 'sequence', entry.sequence)
  from entry
  where entry.balance_before_credits + entry.amount_credits <> entry.balance_after_credits
  union all
  select
    coalesce(hold.organization_id, charged.organization_id), 'settlement_equals_ledger',
    coalesce(charged.amount, 0), coalesce(hold.charged_credits, 0),
    jsonb_build_object('reservation_id', coalesce(hold.id, charged.reservation_id))
  from hold
  full join (
    select entry.organization_id, entry.reservation_id, -sum(entry.amount_credits) as amount
    from entry
    where entry.type = 'ai_consumption'
    group by entry.organization_id, entry.reservation_id
  ) as charged
    on charged.organization_id = hold.organization_id and charged.reservation_id = hold.id
  where coalesce(charged.amount, 0) <> coalesce(hold.charged_credits, 0)
  union all
  select
    hold.organization_id, 'charge_within_hold', hold.amount_credits, hold.charged_credits,
    jsonb_build_object('reservation_id', hold.id)
  from hold
  where hold.released_credits < 0
  union all
  select * from private.verify_billing(p_organization_id)
$$;

comment on function private.verify_ledger(uuid)
  is 'Every broken rule of the books, of one organization or all; empty when all is right.';

grant execute on function private.verify_ledger(uuid) to purser_api;

-- private/verify_quota_holds.sql
/* The part of verify_usage about lines of reservations: open exactly as long as they are, and booked. */
create function private.verify_quota_holds(p_organization_id uuid)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
as $$
  select
    line.organization_id, 'hold_follows_reservation', 1, 0,
    jsonb_build_object(
      'reservation_id', line.reservation_id, 'meter', line.meter_id, 'line', line.status,
      'reservation', hold.status
    )
  from public.quota_holds as line
  left join public.credit_reservations as hold
    on hold.organization_id = line.organization_id and hold.id = line.reservation_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and line.status is distinct from case hold.status
      when 'reserved' then 'held'
      when 'settled' then 'booked'
      else hold.status
    end
  union all
  select
    line.organization_id, 'booked_equals_holds', wanted.amount, coalesce(written.amount, 0),
    jsonb_build_object('reservation_id', line.reservation_id, 'meter', line.meter_id)
  from public.quota_holds as line
  cross join lateral (
    select case
      when line.status = 'booked' then coalesce(line.actual_amount, line.held_amount)
      else 0
    end as amount
  ) as wanted
  left join (
    select entry.organization_id, entry.reservation_id, entry.meter_id, sum(entry.amount) as amount
    from public.usage_ledger as entry
    where entry.reservation_id is not null
      and (p_organization_id is null or entry.organization_id = p_organization_id)
    group by 1, 2, 3
  ) as written
    on written.organization_id = line.organization_id
    and written.reservation_id = line.reservation_id
    and written.meter_id = line.meter_id
  where (p_organization_id is null or line.organization_id = p_organization_id)
    and wanted.amount <> coalesce(written.amount, 0)
$$;

comment on function private.verify_quota_holds(uuid)
  is 'Differences between reservations, their quota lines and what was booked.';

-- private/verify_sessions.sql
/*
 * Proves the counts of live sessions of one organization, or of all when p_organization_id is null: a
 * row for each difference, with what was expected and found; no rows when all is right. Reads one
 * snapshot, so it is exact while others write.
 *
 * periods_equal_sessions: seconds of a user's periods, of the plan and bought, against the sessions.
 * ledger_equals_periods: minutes booked for the sessions of a user. booked_in_time: what is not booked
 * is less than a minute, and nothing of a period that is archived. hold_is_open_session: credits are
 * held by running sessions only.
 */
create function private.verify_sessions(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with period as materialized (
    select
      kept.organization_id, kept.user_id, sum(kept.used_seconds) as used_seconds,
      sum(kept.bought_seconds) as bought_seconds, sum(kept.booked_minutes) as booked_minutes,
      count(*) filter (
        where round(kept.used_seconds / 60.0, 4) - kept.booked_minutes not between
          0 and case when kept.archived_at is null then 0.9999 else 0 end
      ) as late
    from public.usage_periods as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
    group by 1, 2
  ),
  session as materialized (
    select
      made.organization_id, made.user_id,
      sum(made.used_seconds - made.bought_seconds) as used_seconds,
      sum(made.bought_seconds) as bought_seconds,
      count(*) filter (
        where made.status = 'ended' and made.hold_reservation_id is not null
      ) as holds
    from private.metered_sessions as made
    where p_organization_id is null or made.organization_id = p_organization_id
    group by 1, 2
  ),
  booked as materialized (
    select written.organization_id, written.user_id, sum(written.amount) as minutes
    from public.usage_ledger as written
    where written.meter_id = 'session_minutes'
      and written.source = 'session'
      and (p_organization_id is null or written.organization_id = p_organization_id)
    group by 1, 2
  )
  select
    coalesce(period.organization_id, session.organization_id, booked.organization_id),
    checked.invariant, checked.expected, checked.actual,
    jsonb_build_object('user_id', coalesce(period.user_id, session.user_id, booked.user_id))
  from period
  full join session
    on session.organization_id = period.organization_id and session.user_id = period.user_id
  full join booked
    on booked.organization_id = coalesce(period.organization_id, session.organization_id)
    and booked.user_id = coalesce(period.user_id, session.user_id)
  cross join lateral (
    values
      ('periods_equal_sessions', session.used_seconds::numeric, period.used_seconds::numeric),
      ('periods_equal_sessions', session.bought_seconds, period.bought_seconds),
      ('ledger_equals_periods', period.booked_minutes, booked.minutes),
      ('booked_in_time', 0, period.late),
      ('hold_is_open_session', 0, session.holds)
  ) as checked (invariant, expected, actual)
  where coalesce(checked.expected, 0) <> coalesce(checked.actual, 0)
$$;

comment on function private.verify_sessions(uuid)
  is 'Names what is wrong with the counts of live sessions; no rows when all is right.';

grant execute on function private.verify_sessions(uuid) to purser_api;

-- private/verify_usage.sql
/*
 * Proves the books of usage of one organization, or of all when p_organization_id is null: a row for
 * each difference, with what was expected and found; no rows when all is right. Reads one snapshot,
 * so it is exact while others write.
 *
 * daily_equals_ledger: the roll-up of a meter, day and user. counter_equals_ledger: what a limit is
 * checked against. held_equals_holds: what counters hold for open reservations.
 * hold_follows_reservation: a line is open exactly as long as its reservation.
 * booked_equals_holds: what settled lines put into the ledger.
 * credit_daily_equals_ledger: the roll-up of credits up to its mark.
 * capped_credits_equal_holds: the counters of caps on credits.
 */
create function private.verify_usage(p_organization_id uuid default null)
returns table (
  organization_id uuid,
  invariant text,
  expected numeric,
  actual numeric,
  details jsonb
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with entry as materialized (
    select
      written.organization_id, written.meter_id, written.day, written.period_start,
      coalesce(written.user_id, '00000000-0000-0000-0000-000000000000') as user_id,
      meter.kind,
      sum(written.amount) as amount, count(*) as entries
    from public.usage_ledger as written
    join public.meters as meter on meter.id = written.meter_id
    where p_organization_id is null or written.organization_id = p_organization_id
    group by 1, 2, 3, 4, 5, 6
  ),
  counted as materialized (
    select entry.*, scope.user_id as scope_user_id
    from entry
    cross join lateral (
      select '00000000-0000-0000-0000-000000000000'::uuid as user_id
      union
      select entry.user_id
    ) as scope
  ),
  expected_counter as (
    select
      counted.organization_id, counted.meter_id, counted.scope_user_id, named.period,
      case named.period
        when 'day' then counted.day::text
        when 'month' then counted.period_start::text
      end as place,
      sum(counted.amount) as amount
    from counted
    cross join lateral unnest(
      case counted.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    group by 1, 2, 3, 4, 5
  ),
  kept_counter as (
    select
      counter.organization_id, counter.meter_id, counter.user_id, counter.period,
      case counter.period
        when 'day' then counter.day::text
        when 'month' then counter.period_start::text
      end as place,
      sum(counter.used_amount) as used_amount, sum(counter.held_amount) as held_amount
    from public.quota_usages as counter
    where (p_organization_id is null or counter.organization_id = p_organization_id)
      and counter.meter_id <> 'credits'
    group by 1, 2, 3, 4, 5
  ),
  held as (
    select
      line.organization_id, line.meter_id, scope.user_id, named.period,
      case named.period
        when 'day' then line.day::text
        when 'month' then line.period_start::text
      end as place,
      sum(line.held_amount) as amount
    from public.quota_holds as line
    join public.meters as meter on meter.id = line.meter_id
    cross join lateral unnest(
      array['00000000-0000-0000-0000-000000000000', line.user_id]
    ) as scope (user_id)
    cross join lateral unnest(
      case meter.kind when 'level' then array['none'] else array['day', 'month'] end
    ) as named (period)
    where line.status = 'held'
      and scope.user_id is not null
      and (p_organization_id is null or line.organization_id = p_organization_id)
    group by 1, 2, 3, 4, 5
  )
  select
    coalesce(daily.organization_id, sums.organization_id), 'daily_equals_ledger',
    coalesce(sums.amount, 0), daily.used_amount,
    jsonb_build_object(
      'meter', coalesce(daily.meter_id, sums.meter_id), 'day', coalesce(daily.day, sums.day),
      'user_id', coalesce(daily.user_id, sums.user_id), 'entries', daily.entries,
      'expected_entries', sums.entries
    )
  from (
    select
      entry.organization_id, entry.meter_id, entry.day, entry.user_id,
      sum(entry.amount) as amount, sum(entry.entries) as entries
    from entry
    group by 1, 2, 3, 4
  ) as sums
  full join (
    select kept.*
    from public.usage_daily as kept
    where p_organization_id is null or kept.organization_id = p_organization_id
  ) as daily
    on daily.organization_id = sums.organization_id and daily.meter_id = sums.meter_id
    and daily.day = sums.day and daily.user_id = sums.user_id
  where (sums.amount, sums.entries) is distinct from (daily.used_amount, daily.entries)
  union all
  select
    coalesce(kept.organization_id, wanted.organization_id), 'counter_equals_ledger',
    coalesce(wanted.amount, 0), coalesce(kept.used_amount, 0),
    jsonb_build_object(
      'meter', coalesce(kept.meter_id, wanted.meter_id),
      'user_id', coalesce(kept.user_id, wanted.scope_user_id),
      'period', coalesce(kept.period, wanted.period), 'of', coalesce(kept.place, wanted.place)
    )
  from expected_counter as wanted
  full join kept_counter as kept
    on kept.organization_id = wanted.organization_id and kept.meter_id = wanted.meter_id
    and kept.user_id = wanted.scope_user_id and kept.period = wanted.period
    and kept.place is not distinct from wanted.place
  where coalesce(wanted.amount, 0) <> coalesce(kept.used_amount, 0)
  union all
  select
    coalesce(kept.organization_id, held.organization_id), 'held_equals_holds',
    coalesce(held.amount, 0), coalesce(kept.held_amount, 0),
    jsonb_build_object(
      'meter', coalesce(kept.meter_id, held.meter_id),
      'user_id', coalesce(kept.user_id, held.user_id),
      'period', coalesce(kept.period, held.period), 'of', coalesce(kept.place, held.place)
    )
  from held
  full join kept_counter as kept
    on kept.organization_id = held.organization_id and kept.meter_id = held.meter_id
    and kept.user_id = held.user_id and kept.period = held.period
    and kept.place is not distinct from held.place
  where coalesce(held.amount, 0) <> coalesce(kept.held_amount, 0)
  union all
  select different.* from private.verify_quota_holds(p_organization_id) as different
  union all
  select different.* from private.verify_credit_usage(p_organization_id) as different
  union all
  select different.* from private.verify_capped_credits(p_organization_id) as different
$$;

comment on function private.verify_usage(uuid)
  is 'Every difference between usage ledger, roll-ups, counters and holds; no rows when all is right.';

grant execute on function private.verify_usage(uuid) to purser_api;

-- private/withdraw_credits.sql
/*
 * Takes credits back because the money for them is gone. Policy unspent_only: what is left of the
 * grants named. Policy debt: also other credits, the latest first, and what is missing then becomes
 * a debt, which the next grant repays. Open holds keep what they need under either policy: while any
 * credit is held there is no new debt, so that a debt never stands beside credits. One ledger row a
 * grant, of type admin_adjustment. The caller holds the gate. Returns how much was taken.
 */
create function private.withdraw_credits(
  p_organization_id uuid,
  p_grant_ids uuid[],
  p_amount_credits numeric,
  p_policy text,
  p_actor jsonb,
  p_reason text,
  p_payment_metadata jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_balance public.organization_credit_balances;
  v_lot record;
  v_posted_credits numeric;
  v_left_credits numeric;
  v_take_credits numeric;
  v_taken_credits numeric := 0;
  v_debt_credits numeric := 0;
  v_lots_credits numeric := 0;
begin
  select balance.* into strict v_balance
  from public.organization_credit_balances as balance
  where balance.organization_id = p_organization_id;
  v_posted_credits := v_balance.monthly_credits + v_balance.bonus_credits - v_balance.debt_credits;
  v_left_credits := least(
    p_amount_credits, greatest(v_posted_credits - v_balance.reserved_credits, 0)
  );

  for v_lot in
    select lot.id, lot.source, lot.remaining_credits
    from public.credit_grants as lot
    where lot.organization_id = p_organization_id
      and not lot.is_used_up
      and lot.closed_at is null
      and (p_policy = 'debt' or lot.id = any (p_grant_ids))
    order by lot.id = any (p_grant_ids) desc, lot.created_at desc, lot.id desc
  loop
    exit when v_left_credits <= 0;
    v_take_credits := least(v_lot.remaining_credits, v_left_credits);
    v_left_credits := v_left_credits - v_take_credits;
    v_taken_credits := v_taken_credits + v_take_credits;
    update public.credit_grants as lot
    set
      remaining_credits = lot.remaining_credits - v_take_credits,
      closed_at = case when lot.remaining_credits = v_take_credits then p_at end
    where lot.id = v_lot.id;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, grant_id, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', -v_take_credits, v_posted_credits - v_taken_credits,
      v_lot.id, p_actor, left(p_reason, 500), p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set
      monthly_credits = balance.monthly_credits
        - case when v_lot.source = 'plan' then v_take_credits else 0 end,
      bonus_credits = balance.bonus_credits
        - case when v_lot.source = 'plan' then 0 else v_take_credits end
    where balance.organization_id = p_organization_id
    returning balance.monthly_credits + balance.bonus_credits into v_lots_credits;
  end loop;

  if v_taken_credits = 0 then
    v_lots_credits := v_balance.monthly_credits + v_balance.bonus_credits;
  end if;
  if p_policy = 'debt' and v_lots_credits = 0 and v_taken_credits < p_amount_credits then
    v_debt_credits := p_amount_credits - v_taken_credits;
    insert into public.credit_transactions (
      organization_id, type, amount_credits, balance_after_credits, actor, description,
      payment_metadata, event_at
    )
    values (
      p_organization_id, 'admin_adjustment', -v_debt_credits,
      v_posted_credits - v_taken_credits - v_debt_credits, p_actor, left(p_reason, 500),
      p_payment_metadata, p_at
    );
    update public.organization_credit_balances as balance
    set debt_credits = balance.debt_credits + v_debt_credits
    where balance.organization_id = p_organization_id;
  end if;
  return v_taken_credits + v_debt_credits;
end
$$;

comment on function private.withdraw_credits(
  uuid, uuid[], numeric, text, jsonb, text, jsonb, timestamptz
) is 'Takes credits back whose money is gone, but not what open holds need.';

-- private/withdraw_invoice.sql
/*
 * Writes what was given back of an invoice and withdraws its credits: those that its lines gave
 * (withdraw_invoice_credits) and those on account that it collected (withdraw_purchase). p_state
 * is {refunds, disputes} as the payment provider has them now; p_revision is what the organization's
 * subscription_revision was before the provider was asked. If somebody has applied something since, the
 * caller's news may be the older one, and it must ask again (null). Gate: the balance row. Returns what
 * was withdrawn now, negative for given again.
 */
create function private.withdraw_invoice(
  p_organization_id uuid,
  p_invoice_id text,
  p_revision bigint,
  p_state jsonb
)
returns numeric
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := private.lock_balances(array[p_organization_id]);
  v_refunded_usd numeric;
  v_disputed_usd numeric;
  v_moved_credits numeric;
  v_purchase_id uuid;
begin
  update public.org_plans as subscription
  set subscription_revision = subscription.subscription_revision + 1
  where subscription.organization_id = p_organization_id
    and subscription.subscription_revision = p_revision;
  if not found then
    return null;
  end if;
  v_refunded_usd := private.record_stripe_refunds(
    p_organization_id, null, p_invoice_id, p_state -> 'refunds', v_at
  );
  v_disputed_usd := private.record_stripe_disputes(
    p_organization_id, null, p_invoice_id, p_state -> 'disputes', v_at
  );
  update public.billing_invoices as invoice
  set refunded_usd = v_refunded_usd, disputed_usd = v_disputed_usd
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  v_moved_credits := private.withdraw_invoice_credits(p_organization_id, p_invoice_id, v_at);
  for v_purchase_id in
    select purchase.id
    from public.credit_purchases as purchase
    where purchase.organization_id = p_organization_id
      and purchase.stripe_invoice_id = p_invoice_id
    order by purchase.id desc
  loop
    v_moved_credits := v_moved_credits
      + private.withdraw_purchase(p_organization_id, v_purchase_id, '{}', v_at);
  end loop;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_invoice(uuid, text, bigint, jsonb)
  is 'Writes refunds and disputes of an invoice, and withdraws or gives again what they ask for.';

grant execute on function private.withdraw_invoice(uuid, text, bigint, jsonb) to purser_api;

-- private/withdraw_invoice_credits.sql
/*
 * Brings what was withdrawn of an invoice's credits to what its refunds and disputes ask for, like
 * withdraw_purchase: cumulative, in the share of the money that is gone, of what the invoice's lines
 * gave. Called when money goes back and when a line is applied, so it does not matter which of them is
 * heard of first. The plan stays, and what was withdrawn is not given again by a change of the plan.
 * The caller holds the gate. Returns what was withdrawn now, negative for given again.
 */
create function private.withdraw_invoice_credits(
  p_organization_id uuid,
  p_invoice_id text,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actor constant jsonb := '{"kind": "stripe"}';
  v_invoice public.billing_invoices;
  v_plan public.plans;
  v_granted_credits numeric;
  v_grant_ids uuid[];
  v_difference_credits numeric;
  v_moved_credits numeric := 0;
  v_metadata jsonb;
begin
  select invoice.* into v_invoice
  from public.billing_invoices as invoice
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  if coalesce(v_invoice.amount_paid_usd, 0) = 0 or (
    v_invoice.refunded_usd = 0 and v_invoice.disputed_usd = 0
    and v_invoice.withdrawn_credits = 0 and v_invoice.unrecovered_credits = 0
  ) then
    return 0;
  end if;
  select plan.* into v_plan
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  select
    coalesce(sum(line.granted_credits), 0),
    array_agg(lot.id order by lot.created_at desc)
  into v_granted_credits, v_grant_ids
  from public.billing_invoice_lines as line
  join public.credit_grants as lot
    on lot.organization_id = line.organization_id and lot.transaction_id = line.transaction_id
  where line.organization_id = p_organization_id
    and line.invoice_id = p_invoice_id
    and line.granted_credits > 0;

  v_metadata := jsonb_build_object(
    'invoice_id', p_invoice_id,
    'refunded_usd', v_invoice.refunded_usd,
    'disputed_usd', v_invoice.disputed_usd
  );
  v_difference_credits := least(
    v_granted_credits,
    round(
      v_granted_credits * (v_invoice.refunded_usd + v_invoice.disputed_usd)
        / v_invoice.amount_paid_usd,
      2
    )
  ) - v_invoice.withdrawn_credits;
  if v_difference_credits > 0 then
    v_moved_credits := private.withdraw_credits(
      p_organization_id, v_grant_ids, v_difference_credits,
      case
        when v_invoice.refunded_usd > 0 and v_plan.refund_policy = 'debt'
          or v_invoice.disputed_usd > 0 and v_plan.dispute_policy = 'debt' then 'debt'
        else 'unspent_only'
      end,
      c_actor,
      case when v_invoice.disputed_usd > 0 then 'Payment disputed' else 'Payment refunded' end,
      v_metadata, p_at
    );
  elsif v_difference_credits < 0 then
    v_moved_credits := v_difference_credits;
    perform private.reinstate_credits(
      p_organization_id, v_grant_ids[1], -v_difference_credits, c_actor, 'Payment stands again',
      v_metadata, p_at
    );
  end if;
  update public.billing_invoices as invoice
  set
    withdrawn_credits = invoice.withdrawn_credits + v_moved_credits,
    unrecovered_credits = greatest(v_difference_credits - v_moved_credits, 0)
  where invoice.organization_id = p_organization_id and invoice.id = p_invoice_id;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_invoice_credits(uuid, text, timestamptz)
  is 'Withdraws or gives again what the money that went back of an invoice asks for.';

-- private/withdraw_purchase.sql
/*
 * Brings what was withdrawn of a purchase to what refunds and disputes ask for: cumulative, in the
 * share of the price that is gone, so that it does not matter by how many steps or in which order it
 * went. More is withdrawn as far as the plan's policy and open holds let it, the rest is recorded as
 * unrecovered and tried again with the next comparison; less is given again. A paid purchase gets the
 * status that follows. The caller holds the gate. Returns what was withdrawn now, negative for given
 * again.
 */
create function private.withdraw_purchase(
  p_organization_id uuid,
  p_purchase_id uuid,
  p_state jsonb,
  p_at timestamptz
)
returns numeric
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  c_actor constant jsonb := '{"kind": "stripe"}';
  v_purchase public.credit_purchases;
  v_refunded_usd numeric;
  v_disputed_usd numeric;
  v_gone_usd numeric;
  v_paid_usd numeric;
  v_plan public.plans;
  v_target_credits numeric := 0;
  v_difference_credits numeric;
  v_moved_credits numeric := 0;
  v_metadata jsonb;
begin
  select purchase.* into strict v_purchase
  from public.credit_purchases as purchase
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
  select back.refunded_usd, back.disputed_usd, back.gone_usd, back.paid_usd
  into strict v_refunded_usd, v_disputed_usd, v_gone_usd, v_paid_usd
  from private.money_back_of_purchase(v_purchase, p_state, p_at) as back;
  select plan.* into v_plan
  from public.org_plans as subscription
  join public.plans as plan on plan.id = subscription.plan_id
  where subscription.organization_id = p_organization_id;
  if v_purchase.grant_id is not null then
    -- A payment that is refunded and disputed is gone once.
    v_target_credits := least(
      v_purchase.credits,
      round(v_purchase.credits * v_gone_usd / v_paid_usd, 2)
    );
  end if;
  v_difference_credits := v_target_credits - v_purchase.withdrawn_credits;
  v_metadata := jsonb_build_object(
    'purchase_id', p_purchase_id, 'refunded_usd', v_refunded_usd, 'disputed_usd', v_disputed_usd
  );

  if v_difference_credits > 0 then
    v_moved_credits := private.withdraw_credits(
      p_organization_id, array[v_purchase.grant_id], v_difference_credits,
      case
        when v_refunded_usd > 0 and v_plan.refund_policy = 'debt'
          or v_disputed_usd > 0 and v_plan.dispute_policy = 'debt' then 'debt'
        else 'unspent_only'
      end,
      c_actor,
      case when v_disputed_usd > 0 then 'Payment disputed' else 'Payment refunded' end,
      v_metadata, p_at
    );
  elsif v_difference_credits < 0 then
    v_moved_credits := v_difference_credits;
    perform private.reinstate_credits(
      p_organization_id, v_purchase.grant_id, -v_difference_credits, c_actor,
      'Payment stands again', v_metadata, p_at
    );
  end if;

  update public.billing_disputes as dispute
  set
    withdrawn_credits = dispute.withdrawn_credits + greatest(v_moved_credits, 0),
    reinstated_credits = dispute.reinstated_credits + greatest(-v_moved_credits, 0)
  where v_moved_credits <> 0
    and v_refunded_usd = v_purchase.refunded_usd
    and dispute.organization_id = p_organization_id
    and dispute.id = (
      select latest.id
      from public.billing_disputes as latest
      where latest.organization_id = p_organization_id
        and latest.purchase_id = p_purchase_id
        and latest.counts = (v_moved_credits > 0)
      order by latest.created_at desc, latest.id desc
      limit 1
    );
  update public.credit_purchases as purchase
  set
    refunded_usd = v_refunded_usd,
    disputed_usd = v_disputed_usd,
    status = case
      when purchase.paid_at is null then purchase.status
      when v_disputed_usd > 0 then 'disputed'
      when v_refunded_usd >= purchase.price_usd then 'refunded'
      when v_refunded_usd > 0 then 'partially_refunded'
      else 'paid'
    end,
    withdrawn_credits = purchase.withdrawn_credits + v_moved_credits,
    unrecovered_credits = greatest(v_difference_credits - v_moved_credits, 0)
  where purchase.organization_id = p_organization_id and purchase.id = p_purchase_id;
  return v_moved_credits;
end
$$;

comment on function private.withdraw_purchase(uuid, uuid, jsonb, timestamptz)
  is 'Withdraws or gives again what refunds and disputes of a purchase ask for.';

-- private/write_usage.sql
/*
 * Writes the uses that were decided: ledger, roll-up by day, counters. What was held for a use and is
 * booked now is taken off by the caller. The caller holds the gates.
 */
create function private.write_usage(p_entries private.usage_entry[], p_at timestamptz)
returns void
language sql
volatile
as $$
  with entry as materialized (
    select accepted.*
    from unnest(p_entries) as accepted
    where accepted.outcome = 'recorded'
  ),
  recorded as (
    insert into public.usage_ledger (
      organization_id, id, meter_id, user_id, amount, source, day, period_start, event_at,
      created_at, reservation_id, idempotency_key, request_fingerprint, decision, metadata
    )
    select
      entry.organization_id, entry.id, entry.meter_id, entry.user_id, entry.amount, entry.source,
      entry.day, entry.period_start, entry.event_at, p_at, entry.reservation_id,
      entry.idempotency_key, entry.request_fingerprint, entry.decision, entry.metadata
    from entry
    order by entry.organization_id, entry.item
  )
  insert into public.usage_daily as daily
    (organization_id, meter_id, day, user_id, used_amount, entries)
  select
    entry.organization_id, entry.meter_id, entry.day,
    coalesce(entry.user_id, '00000000-0000-0000-0000-000000000000'),
    sum(entry.amount), count(*)
  from entry
  group by 1, 2, 3, 4
  on conflict (organization_id, meter_id, day, user_id) do update
    set
      used_amount = daily.used_amount + excluded.used_amount,
      entries = daily.entries + excluded.entries;

  select private.change_counters(array_agg(accepted), false)
  from unnest(p_entries) as accepted
  where accepted.outcome = 'recorded';
$$;

comment on function private.write_usage(private.usage_entry[], timestamptz)
  is 'Writes decided uses: ledger, daily roll-up, counters.';

-- public/aggregate_statistics.sql
/*
 * Use of every meter and of credits by all organizations in the last days, for platform admins: the
 * permissions of platform_usage_statistics show it to nobody else. Days are those that the roll-ups
 * have; of credits what has not been folded yet is missing, a minute at most.
 */
create function public.aggregate_statistics(days integer default 30)
returns setof public.platform_usage_statistics
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with span as materialized (
    select
      (moment.at at time zone 'UTC')::date - (least(greatest(aggregate_statistics.days, 1), 366) - 1)
        as first_day,
      -- East of UTC a day begins earlier.
      (moment.at at time zone 'UTC')::date + 1 as last_day,
      moment.at
    from private.current_time_utc() as moment (at)
  ),
  used as materialized (
    -- Counters of whole organizations by day are fewer rows than the roll-up, which is by user.
    select counted.meter_id, counted.organization_id, counted.amount
    from (
      select counter.meter_id, counter.organization_id, sum(counter.used_amount) as amount
      from public.quota_usages as counter
      where counter.period = 'day'
        and counter.user_id = '00000000-0000-0000-0000-000000000000'
        and counter.day between (select span.first_day from span)
          and (select span.last_day from span)
      group by 1, 2
      -- Held only is not used.
      having sum(counter.used_amount) > 0
    ) as counted
    join public.meters as flow on flow.id = counted.meter_id and flow.kind = 'flow'
    union all
    -- A level has no counters by day.
    select daily.meter_id, daily.organization_id, sum(daily.used_amount) as amount
    from public.meters as level
    join public.usage_daily as daily
      on daily.meter_id = level.id
      and daily.day between (select span.first_day from span) and (select span.last_day from span)
    where level.kind = 'level'
    group by 1, 2
    union all
    select 'credits', daily.organization_id, sum(daily.used_credits)
    from public.credit_usage_daily as daily
    where daily.dimension = 'none'
      and daily.day between (select span.first_day from span) and (select span.last_day from span)
    group by 2
  ),
  over_limit as (
    select included.meter_id, count(distinct subscription.organization_id) as organizations
    from span
    cross join public.org_plans as subscription
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id
      and included.scope = 'organization'
      and included.limit_amount is not null
    cross join lateral (
      select counter.used_amount + counter.held_amount as amount, counter.period_end
      from public.quota_usages as counter
      where counter.organization_id = subscription.organization_id
        and counter.meter_id = included.meter_id
        and counter.user_id = '00000000-0000-0000-0000-000000000000'
        and counter.period = included.period
        and counter.period_start <= span.at
      order by counter.period_start desc
      limit 1
    ) as newest
    where newest.period_end > span.at
      and newest.amount > 0
      and newest.amount >= included.limit_amount
    group by included.meter_id
  )
  select
    meter.id, count(used.organization_id), coalesce(sum(used.amount), 0),
    coalesce(round(avg(used.amount), 4), 0),
    coalesce(round(percentile_cont(0.5) within group (order by used.amount::float8)::numeric, 4), 0),
    coalesce(round(percentile_cont(0.95) within group (order by used.amount::float8)::numeric, 4), 0),
    coalesce(max(used.amount), 0),
    coalesce(min(over_limit.organizations), 0)
  from (
    select listed.id from public.meters as listed where listed.is_active
    union all
    select 'credits'
  ) as meter
  left join used on used.meter_id = meter.id
  left join over_limit on over_limit.meter_id = meter.id
  group by meter.id
  order by meter.id
$$;

comment on function public.aggregate_statistics(integer)
  is 'Use of every meter and of credits by all organizations, for platform admins.';

grant execute on function public.aggregate_statistics(integer) to purser_api, purser_hasura;

-- public/balance_at.sql
/*
 * Posted credits of an organization as they were at a moment: the last ledger row until then. No row
 * before the first one. The ledger of an organization is in order of time as well as of its
 * sequence, so a binary search over the index of the sequence finds the row in some twenty steps,
 * however long the ledger is, and the hot ledger needs no index of times.
 *
 * Readable for whoever may read the rows of the view: its permissions are applied to the answer.
 */
create function public.balance_at(organization_id uuid, at timestamptz)
returns setof public.posted_credit_balances
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  v_from bigint;
  v_to bigint;
  v_middle bigint;
  v_found record;
begin
  select min(entry.sequence), max(entry.sequence) into v_from, v_to
  from public.credit_transactions as entry
  where entry.organization_id = balance_at.organization_id;

  while v_from < v_to loop
    v_middle := (v_from + v_to + 1) / 2;
    select entry.sequence, entry.event_at into v_found
    from public.credit_transactions as entry
    where entry.organization_id = balance_at.organization_id and entry.sequence >= v_middle
    order by entry.sequence
    limit 1;
    if v_found.event_at <= balance_at.at then
      v_from := v_found.sequence;
    else
      v_to := v_middle - 1;
    end if;
  end loop;

  return query
  select moment.*
  from public.posted_credit_balances as moment
  where moment.organization_id = balance_at.organization_id
    and moment.sequence = v_from
    and moment.event_at <= balance_at.at;
end
$$;

comment on function public.balance_at(uuid, timestamptz)
  is 'Posted credits of an organization at a moment, from the ledger.';

grant execute on function public.balance_at(uuid, timestamptz) to purser_api, purser_hasura;

-- public/credit_forecast.sql
/*
 * When the credits of an organization end and what the period will cost, if use goes on as it was.
 *
 * Method: credits used on each of the last 28 full days, or on as many as there were since the first
 * use. After t more days m*t is used, m their mean; with s their standard deviation and n their number
 * the spread is s*sqrt(t + t*t/n): the chance of the days to come and, growing with t, that of the
 * mean itself. The interval holds the day with a probability of 80 % (1.2816 spreads either way) if
 * days are alike; a week's rhythm is in s. Fewer than 3 days are chance, not history: no day is told.
 */
create function public.credit_forecast(organization_id uuid)
returns setof public.credit_forecasts
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with account as materialized (
    select
      balance.organization_id, balance.used_credits, balance.period_end, plan.price_usd_monthly,
      plan.topup_allowed, today.day,
      greatest(position.available_credits, 0) as available_credits,
      greatest(extract(epoch from balance.period_end - moment.at) / 86400, 0) as days_left
    from private.current_time_utc() as moment (at)
    join public.organization_credit_balances as balance
      on balance.organization_id = credit_forecast.organization_id
    join public.org_plans as subscription
      on subscription.organization_id = balance.organization_id
    join public.plans as plan on plan.id = subscription.plan_id
    cross join lateral private.credit_position(balance.organization_id, moment.at) as position
    cross join lateral private.organization_day(balance.organization_id, moment.at) as today (day)
  ),
  used as materialized (
    select fact.day, sum(fact.amount) as credits
    from account
    cross join lateral private.usage_facts(
      account.organization_id, 'credits', 'none', account.day - 28, account.day - 1
    ) as fact
    group by fact.day
  ),
  history as materialized (
    select
      count(*)::integer as days,
      coalesce(avg(coalesce(used.credits, 0)), 0) as mean,
      coalesce(stddev_samp(coalesce(used.credits, 0)), 0) as spread
    from account
    cross join lateral generate_series(
      (select min(first.day) from used as first), account.day - 1, interval '1 day'
    ) as calendar (day)
    left join used on used.day = calendar.day::date
  ),
  outlook as (
    select
      min(ahead.t) filter (where history.mean * ahead.t >= account.available_credits)
        as exhausted_after,
      min(ahead.t) filter (
        where history.mean * ahead.t + reach.credits >= account.available_credits
      ) as earliest_after,
      min(ahead.t) filter (
        where history.mean * ahead.t - reach.credits >= account.available_credits
      ) as latest_after
    from account
    join history on history.days >= 3 and history.mean > 0
    cross join generate_series(1, 366) as ahead (t)
    cross join lateral (
      select 1.2816 * history.spread * sqrt(ahead.t + ahead.t * ahead.t / history.days::numeric)
        as credits
    ) as reach
  )
  select
    account.organization_id, account.available_credits, round(history.mean, 2), history.days,
    account.day + outlook.exhausted_after - 1, account.day + outlook.earliest_after - 1,
    account.day + outlook.latest_after - 1, account.period_end,
    coalesce(outlook.exhausted_after <= account.days_left, false), account.used_credits,
    round(account.used_credits + history.mean * account.days_left, 2),
    missing.credits, account.price_usd_monthly,
    case
      when missing.credits = 0 then account.price_usd_monthly
      when account.topup_allowed
        then account.price_usd_monthly + round(missing.credits * cheapest.price_usd, 2)
    end,
    format(
      'Mean of the last %s full days; the interval holds the day with a probability of 80 %%.',
      history.days
    )
  from account
  cross join history
  left join outlook on true
  cross join lateral (
    select round(
      greatest(history.mean * account.days_left - account.available_credits, 0), 2
    ) as credits
  ) as missing
  left join lateral (
    select min(package.price_usd / package.credits) as price_usd
    from public.credit_topup_packages as package
    where package.is_active
  ) as cheapest on true
$$;

comment on function public.credit_forecast(uuid)
  is 'When the credits end and what the period will cost, if use goes on as it was.';

grant execute on function public.credit_forecast(uuid) to purser_api, purser_hasura;

-- public/credit_reservations_transactions.sql
/*
 * Computed field transactions of credit_reservations: its charge, one row for each grant drawn from,
 * and what of it was given back.
 */
create function public.credit_reservations_transactions(p_reservation public.credit_reservations)
returns setof public.credit_transactions
language sql
stable
rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select charge.* from private.charge_transactions(p_reservation.id) as charge
  union all
  select refund.*
  from public.credit_refunds as given
  join public.credit_transactions as refund on refund.id = given.refund_transaction_id
  where given.organization_id = p_reservation.organization_id
    and given.transaction_id in (
      select charge.id from private.charge_transactions(p_reservation.id) as charge
    )
$$;

comment on function public.credit_reservations_transactions(public.credit_reservations)
  is 'The charge of the reservation in the ledger, and what of it was given back.';

grant execute on function public.credit_reservations_transactions(public.credit_reservations)
  to purser_api, purser_hasura;

-- public/credit_transactions_provider_metadata.sql
/*
 * Computed field provider_metadata of credit_transactions, for platform admins: what a charge rests
 * on, in one piece. On the first row of a settlement only, so that sums over the ledger count a cost
 * once; null elsewhere. Stored in columns, which cost a charge less to write than the document.
 */
create function public.credit_transactions_provider_metadata(
  p_transaction public.credit_transactions
)
returns jsonb
language sql
stable
parallel safe
as $$
  select case
    when p_transaction.reported_model is not null then
      jsonb_build_object(
        'model', p_transaction.model_id,
        'input_tokens', p_transaction.input_tokens,
        'cached_input_tokens', coalesce(p_transaction.cached_input_tokens, 0),
        'output_tokens', p_transaction.output_tokens,
        'reasoning_tokens', p_transaction.reasoning_tokens,
        'request_id', p_transaction.request_id,
        -- 'counted' by the api where the provider did not report what it used.
        'usage_source', coalesce(p_transaction.usage_source, 'reported'),
        'cost_usd', p_transaction.cost_usd,
        'price_id', p_transaction.price_id,
        'estimated_credits', p_transaction.estimated_credits,
        'actual_credits', p_transaction.actual_credits
      )
    when p_transaction.estimated_credits is not null then
      jsonb_build_object(
        'estimated_credits', p_transaction.estimated_credits,
        'actual_credits', p_transaction.actual_credits
      )
  end
$$;

comment on function public.credit_transactions_provider_metadata(public.credit_transactions)
  is 'Tokens, cost_usd, price row, request id, estimated and actual credits; on the first row of a settlement, for platform admins only.';

grant execute on function public.credit_transactions_provider_metadata(public.credit_transactions)
  to purser_api, purser_hasura;

-- public/nearing_quota.sql
/*
 * Limits of which at least the threshold is used or held: of the organization, and of each user where
 * the plan, an override or a cap gives users limits of their own. The fullest first.
 */
create function public.nearing_quota(organization_id uuid, threshold numeric default 0.8)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  ),
  own_limit as (
    select cap.user_id, cap.meter_id
    from public.member_caps as cap
    where cap.organization_id = nearing_quota.organization_id and cap.meter_id <> 'credits'
    union
    select override.user_id, override.meter_id
    from public.quota_overrides as override
    where override.organization_id = nearing_quota.organization_id
      and override.user_id is not null
      and override.removed_at is null
    union
    -- A limit for each user matters to those who have used something of it.
    select counter.user_id, counter.meter_id
    from moment
    cross join public.org_plans as subscription
    join public.plan_meter_limits as included
      on included.plan_id = subscription.plan_id and included.scope = 'user'
    join public.quota_usages as counter
      on counter.organization_id = subscription.organization_id
      and counter.meter_id = included.meter_id
      and counter.period = included.period
      and counter.user_id <> '00000000-0000-0000-0000-000000000000'
      and counter.period_end > moment.at
    where subscription.organization_id = nearing_quota.organization_id
  ),
  position as (
    select shared.*
    from moment
    cross join lateral private.quota_position(
      nearing_quota.organization_id, null, moment.at
    ) as shared
    union all
    select
      nearing_quota.organization_id, meter.id, own_limit.user_id, meter.name, meter.unit,
      meter.kind, 'user', rule.level, rule.period, nullif(rule.period_start, '-infinity'),
      nullif(rule.period_end, 'infinity'), rule.limit_amount, rule.used_amount,
      rule.held_amount, greatest(rule.limit_amount - rule.used_amount - rule.held_amount, 0),
      case
        when rule.limit_amount > 0
          then round((rule.used_amount + rule.held_amount) / rule.limit_amount, 4)
        else 1
      end,
      (
        select max(reached.ratio)
        from unnest(rule.warn_ratios) as reached (ratio)
        where rule.used_amount + rule.held_amount
          >= greatest(reached.ratio * rule.limit_amount, 0.0001)
      ),
      rule.is_hard, rule.source
    from moment
    cross join own_limit
    join public.meters as meter on meter.id = own_limit.meter_id and meter.is_active
    cross join lateral private.quota_state(
      nearing_quota.organization_id, own_limit.user_id, own_limit.meter_id, moment.at
    ) as rule
    where rule.scope_user_id = own_limit.user_id and rule.limit_amount is not null
  )
  select position.*
  from position
  where position.utilization >= nearing_quota.threshold
    -- What a plan does not include is no quota that anybody nears.
    and position.limit_amount > 0
  order by position.utilization desc, position.meter_id, position.user_id
  limit 1000
$$;

comment on function public.nearing_quota(uuid, numeric)
  is 'Limits of the organization and of its users of which at least the threshold is used.';

grant execute on function public.nearing_quota(uuid, numeric) to purser_api, purser_hasura;

-- public/organization_credit_balances_available_credits.sql
/*
 * Computed field available_credits of organization_credit_balances. Made of its row alone, so that what a page
 * shows is what the gate decides on.
 */
create function public.organization_credit_balances_available_credits(
  p_balance public.organization_credit_balances
)
returns numeric
language sql
stable
parallel safe
as $$
  select p_balance.monthly_credits + p_balance.bonus_credits - p_balance.debt_credits
    - p_balance.reserved_credits
$$;

comment on function public.organization_credit_balances_available_credits(public.organization_credit_balances)
  is 'Credits that a new hold can take: posted - reserved. Below zero after a charge that took from the overdraft.';

grant execute on function public.organization_credit_balances_available_credits(public.organization_credit_balances)
  to purser_api, purser_hasura;

-- public/organization_credit_balances_posted_credits.sql
/*
 * Computed field posted_credits of organization_credit_balances. Made of its row alone, so that what a page
 * shows is what the gate decides on.
 */
create function public.organization_credit_balances_posted_credits(
  p_balance public.organization_credit_balances
)
returns numeric
language sql
stable
parallel safe
as $$
  select p_balance.monthly_credits + p_balance.bonus_credits - p_balance.debt_credits
$$;

comment on function public.organization_credit_balances_posted_credits(public.organization_credit_balances)
  is 'Credits on the books: monthly + bonus - debt. Holds are still in it.';

grant execute on function public.organization_credit_balances_posted_credits(public.organization_credit_balances)
  to purser_api, purser_hasura;

-- public/organization_credit_balances_used_this_period.sql
/*
 * Computed field used_this_period of organization_credit_balances. Made of its row alone, so that what a page
 * shows is what the gate decides on.
 */
create function public.organization_credit_balances_used_this_period(
  p_balance public.organization_credit_balances
)
returns numeric
language sql
stable
parallel safe
as $$
  select p_balance.used_credits
$$;

comment on function public.organization_credit_balances_used_this_period(public.organization_credit_balances)
  is 'Credits charged for AI work since the period began.';

grant execute on function public.organization_credit_balances_used_this_period(public.organization_credit_balances)
  to purser_api, purser_hasura;

-- public/remaining_quota.sql
/*
 * What a member has left of every meter: the closest of all limits that bind him, those that the
 * organization shares and his own. Only for members of the organization. The permissions of
 * quota_positions let members see their own rows.
 */
create function public.remaining_quota(organization_id uuid, user_id uuid)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select position.*
  from auth.members as member
  cross join lateral private.quota_position(
    member.organization_id, member.user_id, private.current_time_utc()
  ) as position
  where member.organization_id = remaining_quota.organization_id
    and member.user_id = remaining_quota.user_id
  order by position.meter_id <> 'credits', position.meter_id
$$;

comment on function public.remaining_quota(uuid, uuid)
  is 'What a member has left of every meter: the closest of all limits that bind.';

grant execute on function public.remaining_quota(uuid, uuid) to purser_api, purser_hasura;

-- public/session_state.sql
/*
 * What a live session is at a moment, from its row alone: the one place that tells when a session
 * ends by itself. Behind the gate and in the view alike, so that everybody gets the same answer, and
 * the job that writes it down changes nothing.
 *
 * limit_reached, timeout: the lease ran out together with the minutes or the longest time of a
 * session; all of the lease was used. stale: silent for too long; used until the last heartbeat.
 * Credits of an end that is not written down yet are charged when it is.
 */
create function public.session_state(
  p_session private.metered_sessions,
  p_at timestamptz
)
returns table (
  status text,
  end_reason text,
  ended_at timestamptz,
  used_seconds integer,
  bought_seconds integer,
  charged_credits numeric
)
language sql
immutable
parallel safe
as $$
  select
    case when coalesce(p_session.end_reason, due.end_reason) is null then 'active' else 'ended' end,
    coalesce(p_session.end_reason, due.end_reason),
    coalesce(p_session.ended_at, due.ended_at),
    p_session.used_seconds + due.seconds,
    p_session.bought_seconds + due.seconds_to_buy,
    p_session.charged_credits
  from (
    select
      ending.end_reason,
      case ending.end_reason
        when 'stale' then p_session.stale_at
        when 'limit_reached' then p_session.lease_expires_at
        when 'timeout' then p_session.lease_expires_at
      end as ended_at,
      case
        when ending.end_reason in ('limit_reached', 'timeout')
          then extract(epoch from p_session.lease_expires_at - p_session.last_heartbeat_at)::integer
        else 0
      end as seconds,
      case
        when ending.end_reason in ('limit_reached', 'timeout')
          and p_session.included_until < p_session.lease_expires_at
          then extract(
            epoch from p_session.lease_expires_at
              - greatest(p_session.included_until, p_session.last_heartbeat_at)
          )::integer
        else 0
      end as seconds_to_buy
    from (
      select case
        when p_session.status = 'ended' then null
        when p_session.limit_at <= least(p_session.lease_expires_at, p_at) then 'limit_reached'
        when p_session.timeout_at <= least(p_session.lease_expires_at, p_at) then 'timeout'
        when p_session.stale_at <= p_at then 'stale'
      end as end_reason
    ) as ending
  ) as due
$$;

comment on function public.session_state(private.metered_sessions, timestamptz)
  is 'What a live session is at a moment: active or ended, why, and what was used.';

grant execute on function public.session_state(private.metered_sessions, timestamptz)
  to purser_api, purser_hasura;

-- public/top_capabilities.sql
/* What most credits were used for in the last days, today included, with the share of each. */
create function public.top_capabilities(
  organization_id uuid,
  days integer default 30,
  places integer default 10
)
returns setof public.usage_ranks
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  select
    top_capabilities.organization_id, 'credits', ranked.place::integer, nullif(ranked.key, ''),
    capability.name, null::uuid, ranked.amount,
    case when ranked.total > 0 then round(ranked.amount / ranked.total, 4) else 0 end,
    ranked.entries::bigint
  from (
    select
      used.key, sum(used.amount) as amount, sum(used.entries) as entries,
      row_number() over (order by sum(used.amount) desc, used.key) as place,
      sum(sum(used.amount)) over () as total
    from private.organization_day(
      top_capabilities.organization_id, private.current_time_utc()
    ) as today (day)
    cross join lateral private.usage_facts(
      top_capabilities.organization_id, 'credits', 'capability',
      today.day - (least(greatest(top_capabilities.days, 1), 366) - 1), today.day
    ) as used
    group by used.key
  ) as ranked
  left join public.ai_capabilities as capability on capability.id = ranked.key
  where ranked.place <= least(greatest(top_capabilities.places, 1), 1000)
  order by ranked.place
$$;

comment on function public.top_capabilities(uuid, integer, integer)
  is 'What most credits were used for in the last days.';

grant execute on function public.top_capabilities(uuid, integer, integer)
  to purser_api, purser_hasura;

-- public/top_members.sql
/*
 * Who used most of credits or a meter in the last days, today included, with the share of each; use
 * without a user is a row without one. The permissions of usage_ranks let members see their own row.
 */
create function public.top_members(
  organization_id uuid,
  days integer default 30,
  meter text default 'credits',
  places integer default 10
)
returns setof public.usage_ranks
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  select
    top_members.organization_id, top_members.meter, ranked.place::integer, nullif(ranked.key, ''),
    person.name, nullif(ranked.key, '')::uuid, ranked.amount,
    case when ranked.total > 0 then round(ranked.amount / ranked.total, 4) else 0 end,
    ranked.entries::bigint
  from (
    select
      used.key, sum(used.amount) as amount, sum(used.entries) as entries,
      row_number() over (order by sum(used.amount) desc, used.key) as place,
      sum(sum(used.amount)) over () as total
    from private.organization_day(
      top_members.organization_id, private.current_time_utc()
    ) as today (day)
    cross join lateral private.usage_facts(
      top_members.organization_id, top_members.meter, 'member',
      today.day - (least(greatest(top_members.days, 1), 366) - 1), today.day
    ) as used
    group by used.key
  ) as ranked
  left join auth.users as person on person.id = nullif(ranked.key, '')::uuid
  where ranked.place <= least(greatest(top_members.places, 1), 1000)
  order by ranked.place
$$;

comment on function public.top_members(uuid, integer, text, integer)
  is 'Who used most of credits or a meter in the last days.';

grant execute on function public.top_members(uuid, integer, text, integer)
  to purser_api, purser_hasura;

-- public/usage_by_period.sql
/*
 * What was used of a meter, or of credits, or of all when none is named, in the current billing period
 * and the ones before it; zero where nothing was recorded. Earlier periods are those that the anchor
 * day makes; what counted in a part of one, as after a change of the plan, counts in it. Credits are
 * those of the days of the period.
 */
create function public.usage_by_period(
  organization_id uuid,
  periods integer default 6,
  meter text default null
)
returns setof public.usage_period_totals
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with recursive subscription as materialized (
    select subscribed as row, current.period_start, current.period_end, subscribed.anchor_day,
      subscribed.time_zone
    from public.org_plans as subscribed
    cross join lateral private.quota_period(
      'month', '', private.current_time_utc(), subscribed
    ) as current
    where subscribed.organization_id = usage_by_period.organization_id
  ),
  span as (
    select 1 as place, subscription.period_start, subscription.period_end
    from subscription
    union all
    select
      span.place + 1,
      private.period_start_before(
        span.period_start - interval '1 microsecond', subscription.anchor_day,
        subscription.time_zone
      ),
      span.period_start
    from span
    cross join subscription
    where span.place < least(greatest(usage_by_period.periods, 1), 36)
  ),
  counted as (
    select counter.meter_id, counter.period_start, counter.used_amount
    from public.quota_usages as counter
    where counter.organization_id = usage_by_period.organization_id
      and counter.user_id = '00000000-0000-0000-0000-000000000000'
      and counter.period = 'month'
      and (usage_by_period.meter is null or counter.meter_id = usage_by_period.meter)
  ),
  charged as materialized (
    select used.day, sum(used.amount) as amount
    from (
      select min(span.period_start) as first_at, max(span.period_end) as last_at from span
    ) as whole
    cross join subscription
    cross join lateral private.usage_facts(
      usage_by_period.organization_id, 'credits', 'none',
      (whole.first_at at time zone subscription.time_zone)::date,
      (whole.last_at at time zone subscription.time_zone)::date
    ) as used
    where coalesce(usage_by_period.meter, 'credits') = 'credits'
    group by used.day
  )
  select
    usage_by_period.organization_id, meter.id, span.period_start, span.period_end, span.place = 1,
    coalesce(
      case
        when meter.id = 'credits' then (
          select sum(charged.amount)
          from charged
          where charged.day >= (span.period_start at time zone subscription.time_zone)::date
            and charged.day < (span.period_end at time zone subscription.time_zone)::date
        )
        else (
          select sum(counted.used_amount)
          from counted
          where counted.meter_id = meter.id
            and counted.period_start >= span.period_start
            and counted.period_start < span.period_end
        )
      end,
      0
    )
  from subscription
  cross join span
  cross join (
    select listed.id from public.meters as listed where listed.is_active and listed.kind = 'flow'
    union all
    select 'credits'
  ) as meter
  where usage_by_period.meter is null or meter.id = usage_by_period.meter
  order by meter.id, span.period_start desc
$$;

comment on function public.usage_by_period(uuid, integer, text)
  is 'What was used in the current billing period and the ones before it.';

grant execute on function public.usage_by_period(uuid, integer, text) to purser_api, purser_hasura;

-- public/usage_series.sql
/*
 * Use by day of the last days, today included, in the organization's time zone; a day without use is a
 * row of zero. Of credits also by capability, level, model or member, of meters by member. The 20
 * largest keys are told apart, the rest together is `other`. Of a level, level_amount is what was
 * there at the end of the day, when there is no breakdown.
 *
 * It runs as its owner, for the roll-ups' mark; its rows carry the organization, by which the
 * permissions of usage_points let nobody see another one's.
 */
create function public.usage_series(
  organization_id uuid,
  days integer default 30,
  meter text default 'credits',
  breakdown text default 'none'
)
returns setof public.usage_points
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
-- Too small to be compiled: where it was measured, compilation saved nothing.
set jit = off
as $$
  with span as materialized (
    select today.day - (least(greatest(usage_series.days, 1), 366) - 1) as first_day, today.day
    from private.organization_day(
      usage_series.organization_id, private.current_time_utc()
    ) as today (day)
    where today.day is not null
  ),
  fact as materialized (
    -- A day and key may come twice: they are summed under the names shown.
    select used.day, used.key, used.amount, used.entries
    from span
    cross join lateral private.usage_facts(
      usage_series.organization_id, usage_series.meter, usage_series.breakdown, span.first_day,
      span.day
    ) as used
  ),
  shown as materialized (
    select ranked.key, case when ranked.place <= 20 then ranked.key else 'other' end as name
    from (
      select fact.key, row_number() over (order by sum(fact.amount) desc, fact.key) as place
      from fact
      group by fact.key
    ) as ranked
    union all
    select '', ''
    where usage_series.breakdown = 'none' and not exists (select from fact)
  ),
  summed as (
    select fact.day, shown.name, sum(fact.amount) as amount, sum(fact.entries) as entries
    from fact
    join shown on shown.key = fact.key
    group by 1, 2
  ),
  point as (
    select
      calendar.day::date as day, line.name as key,
      coalesce(summed.amount, 0) as amount,
      coalesce(summed.entries, 0)::bigint as entries
    from span
    cross join lateral generate_series(span.first_day, span.day, interval '1 day')
      as calendar (day)
    cross join (select distinct shown.name from shown) as line
    left join summed on summed.day = calendar.day::date and summed.name = line.name
  ),
  label as (
    select capability.id as key, capability.name
    from public.ai_capabilities as capability
    where usage_series.breakdown = 'capability'
    union all
    select level.id, level.name
    from public.quality_levels as level
    where usage_series.breakdown = 'level'
    union all
    select model.id, model.name
    from public.llm_models as model
    where usage_series.breakdown = 'model'
    union all
    select person.id::text, person.name
    from shown
    join auth.users as person
      on person.id = case
        when usage_series.breakdown = 'member' and shown.name not in ('', 'other')
          then shown.name::uuid
      end
  )
  select
    usage_series.organization_id, usage_series.meter, point.day, usage_series.breakdown,
    nullif(point.key, ''), coalesce(label.name, nullif(point.key, '')),
    case
      when usage_series.breakdown = 'member' and point.key not in ('', 'other')
        then point.key::uuid
    end,
    point.amount,
    case
      when counted.kind = 'level' and usage_series.breakdown = 'none'
        then coalesce(there.used_amount, 0) - coalesce(
          sum(point.amount) over (
            order by point.day desc rows between unbounded preceding and 1 preceding
          ),
          0
        )
    end,
    point.entries
  from point
  left join public.meters as counted on counted.id = usage_series.meter
  left join public.quota_usages as there
    on there.organization_id = usage_series.organization_id
    and there.meter_id = usage_series.meter
    and there.user_id = '00000000-0000-0000-0000-000000000000'
    and there.period = 'none'
  left join label on label.key = point.key
  order by point.day, point.key
$$;

comment on function public.usage_series(uuid, integer, text, text)
  is 'Use by day of credits or a meter, zero where nothing was recorded.';

grant execute on function public.usage_series(uuid, integer, text, text)
  to purser_api, purser_hasura;

-- public/usage_summary.sql
/*
 * What the whole organization has used of every meter and of credits, with limit and utilization. What
 * has no record is zero. The permissions of quota_positions let nobody see another organization's.
 */
create function public.usage_summary(organization_id uuid)
returns setof public.quota_positions
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select position.*
  from private.quota_position(
    usage_summary.organization_id, null, private.current_time_utc()
  ) as position
  order by position.meter_id <> 'credits', position.meter_id
$$;

comment on function public.usage_summary(uuid)
  is 'What the organization has used of every meter and of credits, with limit and utilization.';

grant execute on function public.usage_summary(uuid) to purser_api, purser_hasura;
