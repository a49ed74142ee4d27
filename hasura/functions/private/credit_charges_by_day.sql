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
