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
