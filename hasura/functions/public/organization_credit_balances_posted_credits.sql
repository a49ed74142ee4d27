/*
 * Computed field posted_credits of organization_credit_balances. Made of its row alone, so that what a page
 * shows is what the gate decides on.
 */
create function public.organization_credit_balances_posted_credits(
  p_balance public.organization_credit_balances
)
returns numeric
language sql
stable
parallel safe
as $$
  select p_balance.monthly_credits + p_balance.bonus_credits - p_balance.debt_credits
$$;

comment on function public.organization_credit_balances_posted_credits(public.organization_credit_balances)
  is 'Credits on the books: monthly + bonus - debt. Holds are still in it.';

grant execute on function public.organization_credit_balances_posted_credits(public.organization_credit_balances)
  to purser_api, purser_hasura;
