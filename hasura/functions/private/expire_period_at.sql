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
