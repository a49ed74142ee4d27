/*
 * The whole decision of check_ai_access, for people who want to know why: subscription and plan,
 * where the level came from, the estimate and the price rows that apply, the limits with their use,
 * the credits, and every rule with its own verdict. The rule that bound is `reason`: the first in
 * the order of `rules` that did not pass. The overdraft is told and decides nothing: it pays for
 * costs above a hold. One statement, no side effect.
 */
create function private.explain_ai_access(
  p_organization_id uuid,
  p_user_id uuid,
  p_capability_id text,
  p_quality_level_id text,
  p_amount_credits numeric
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  with moment as materialized (
    select private.current_time_utc() as at
  )
  select jsonb_build_object(
    'allowed', verdict.allowed,
    'reason', verdict.reason,
    'plan', subscription.plan_id,
    'subscription_status', subscription.status,
    'capability', p_capability_id,
    'quality_level', verdict.quality_level_id,
    'quality_level_from', case
      when p_quality_level_id is not null then 'request'
      when chosen.quality_level_id = verdict.quality_level_id then 'organization_default'
      else 'lowest_allowed'
    end,
    'allowed_quality_levels', verdict.allowed_quality_levels,
    'unlocked_by_plan', verdict.unlocked_by_plan,
    'retry_after_seconds', verdict.retry_after_seconds,
    'estimated_credits', verdict.estimated_credits,
    'estimate_effective_from', estimate.effective_from,
    'required_credits', coalesce(verdict.required_credits, 0),
    'available_credits', verdict.available_credits,
    'overdraft_credits', coalesce(balance.overdraft_credits, 0),
    'models', private.explain_models(
      subscription.plan_id, p_capability_id, verdict.quality_level_id, moment.at
    ),
    'rate_limits', verdict.rate_limits,
    'rules', jsonb_build_array(
      private.explain_rule(
        'subscription_inactive',
        subscription.status not in ('unpaid', 'paused', 'canceled')
          and coalesce(subscription.grace_ends_at > moment.at, true)
      ),
      private.explain_rule('capability_not_in_plan', included.plan_id is not null),
      private.explain_rule('capability_disabled', capability.is_active and coalesce(included.is_enabled, true)),
      private.explain_rule(
        'quality_level_not_allowed', verdict.quality_level_id = any (verdict.allowed_quality_levels)
      ),
      private.explain_rule(
        'rate_limited',
        not jsonb_path_exists(verdict.rate_limits, '$[*] ? (@.remaining == 0)')
      ),
      private.explain_rule(
        'insufficient_credits',
        verdict.required_credits <= private.credits_within_reach(
          p_organization_id, verdict.required_credits, verdict.available_credits
        )
      ),
      private.explain_rule(
        'member_cap_exceeded',
        private.credit_cap_refusal(
          p_organization_id, p_user_id, verdict.required_credits, moment.at
        ) is null
      )
    )
  )
  from moment
  cross join lateral private.check_ai_access(
    p_organization_id, p_user_id, p_capability_id, p_quality_level_id, p_amount_credits
  ) as verdict
  left join public.org_plans as subscription on subscription.organization_id = p_organization_id
  left join public.ai_capabilities as capability on capability.id = p_capability_id
  left join public.plan_ai_capabilities as included
    on included.plan_id = subscription.plan_id and included.capability_id = p_capability_id
  left join public.organization_quality_defaults as chosen
    on chosen.organization_id = p_organization_id and chosen.capability_id = p_capability_id
  left join public.organization_credit_balances as balance
    on balance.organization_id = p_organization_id
  left join lateral (
    select priced.effective_from
    from public.ai_capability_quality_levels as priced
    where priced.capability_id = p_capability_id
      and priced.quality_level_id = verdict.quality_level_id
      and priced.effective_from <= moment.at
      and (priced.effective_to is null or priced.effective_to > moment.at)
    order by priced.effective_from desc
    limit 1
  ) as estimate on true
$$;

comment on function private.explain_ai_access(uuid, uuid, text, text, numeric)
  is 'The whole decision of an access check: plan, level, price rows, limits, credits, and each rule.';

grant execute on function private.explain_ai_access(uuid, uuid, text, text, numeric) to purser_api;
