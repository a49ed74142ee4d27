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
