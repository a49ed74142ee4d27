/*
 * Charges of the credit ledger after one row and up to another, summed by day of the organization's
 * time zone, user, capability, level and model: what a fold adds to the roll-up, and what a query
 * adds for the rows behind the mark.
 */
create function private.credit_charges_by_day(
  p_organization_id uuid,
  p_after_sequence bigint,
  p_to_sequence bigint
)
returns table (
  organization_id uuid,
  day date,
  user_id uuid,
  capability_id text,
  quality_level_id text,
  model_id text,
  used_credits numeric,
  entries bigint
)
language sql
stable
as $$
  select
    charge.organization_id,
    (charge.event_at at time zone subscription.time_zone)::date,
    coalesce(charge.user_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(charge.capability_id, ''),
    coalesce(charge.quality_level_id, ''),
    coalesce(charge.model_id, ''),
    -sum(charge.amount_credits),
    count(*)
  from public.credit_transactions as charge
  join public.org_plans as subscription
    on subscription.organization_id = charge.organization_id
  where charge.organization_id = p_organization_id
    and charge.sequence > p_after_sequence
    and charge.sequence <= p_to_sequence
    and charge.type = 'ai_consumption'
  group by 1, 2, 3, 4, 5, 6
$$;

comment on function private.credit_charges_by_day(uuid, bigint, bigint)
  is 'Charges of a part of the credit ledger, summed by day and what they were for.';
