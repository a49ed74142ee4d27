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
