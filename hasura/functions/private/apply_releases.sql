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
