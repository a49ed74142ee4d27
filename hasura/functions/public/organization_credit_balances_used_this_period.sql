/*
 * Computed field used_this_period of organization_credit_balances. Made of its row alone, so that what a page
 * shows is what the gate decides on.
 */
create function public.organization_credit_balances_used_this_period(
  p_balance public.organization_credit_balances
)
returns numeric
language sql
stable
parallel safe
as $$
  select p_balance.used_credits
$$;

comment on function public.organization_credit_balances_used_this_period(public.organization_credit_balances)
  is 'Credits charged for AI work since the period began.';

grant execute on function public.organization_credit_balances_used_this_period(public.organization_credit_balances)
  to purser_api, purser_hasura;
