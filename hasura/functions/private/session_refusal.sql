/* Why a user can start no session whatever the minutes say, or null. */
create function private.session_refusal(
  p_organization_id uuid,
  p_user_id uuid,
  p_idempotency_key text,
  p_at timestamptz
)
returns text
language sql
stable
as $$
  select case
    when subscription.organization_id is null then 'unknown_organization'
    when not exists (
      select
      from auth.members as member
      where member.organization_id = p_organization_id and member.user_id = p_user_id
    ) then 'unknown_user'
    when p_idempotency_key is null or length(p_idempotency_key) not between 1 and 200
      then 'invalid_key'
    when private.is_suspended(subscription, p_at) then 'subscription_inactive'
  end
  from (select p_organization_id as id) as asked
  left join public.org_plans as subscription on subscription.organization_id = asked.id
$$;

comment on function private.session_refusal(uuid, uuid, text, timestamptz)
  is 'Why a user can start no session, apart from the minutes; null when they can.';
