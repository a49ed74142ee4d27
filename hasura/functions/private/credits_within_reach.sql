/*
 * What a hold could take: what is available and, only where that is too little, what the
 * organization would get on account. So the check says no sooner than the reservation does.
 */
create function private.credits_within_reach(
  p_organization_id uuid,
  p_amount_credits numeric,
  p_available_credits numeric
)
returns numeric
language sql
stable
as $$
  select case
    when p_amount_credits > p_available_credits then p_available_credits + coalesce(
      (
        select account.left_credits
        from private.credits_on_account(p_organization_id) as account
        where account.refusal is null
      ),
      0
    )
    else p_available_credits
  end
$$;

comment on function private.credits_within_reach(uuid, numeric, numeric)
  is 'Available credits and, where they are too few, those to be had on account.';
