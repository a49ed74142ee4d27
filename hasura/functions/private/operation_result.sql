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
