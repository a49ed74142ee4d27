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
