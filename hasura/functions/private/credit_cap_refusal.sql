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
