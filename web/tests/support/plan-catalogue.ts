import type { PlanCatalogueQuery } from '@/gql/member/graphql.ts'

const plan = (id: string, rank: number, columns: object = {}) => ({
  id,
  name: id[0]!.toUpperCase() + id.slice(1),
  description: `The ${id} plan.`,
  rank,
  price_usd_monthly: 0,
  monthly_ai_credits: 10,
  rollover_credits: 0,
  topup_allowed: rank > 1,
  pay_as_you_go_allowed: rank > 1,
  trial_days: 0,
  is_active: true,
  ...columns,
})
const included = (plan_id: string, capability_id: string, limits: number[] | null) => ({
  plan_id,
  capability_id,
  is_enabled: true,
  requests_per_minute: limits?.[0] ?? null,
  requests_per_hour: limits?.[1] ?? null,
  requests_per_day: limits?.[2] ?? null,
})
const open = (plan_id: string, capability_id: string, levels: string[]) =>
  levels.map((quality_level_id) => ({ plan_id, capability_id, quality_level_id }))
const meterLimit = (plan_id: string, limit_amount: number | null) => ({
  plan_id,
  meter_id: 'session_minutes',
  period: 'month',
  scope: 'user',
  limit_amount,
})

/** Three plans with two capabilities: free has one of them, pro both, team all levels without limits. */
export function planCatalogue(changes: Partial<PlanCatalogueQuery> = {}): PlanCatalogueQuery {
  return {
    plans: [
      plan('team', 3, { price_usd_monthly: 99, monthly_ai_credits: 2000, rollover_credits: 10 }),
      plan('free', 1),
      plan('pro', 2, { price_usd_monthly: 29, monthly_ai_credits: 500 }),
    ],
    quality_levels: [
      { id: 'premium', name: 'Premium', rank: 3 },
      { id: 'fast', name: 'Fast', rank: 1 },
    ],
    ai_capabilities: [
      { id: 'questions', name: 'Suggest questions' },
      { id: 'polish', name: 'Polish testimonial' },
    ],
    plan_ai_capabilities: [
      included('free', 'questions', [5, 10, 50]),
      included('pro', 'questions', [30, 100, 500]),
      included('pro', 'polish', [30, 100, 500]),
      included('team', 'questions', null),
      included('team', 'polish', null),
    ],
    plan_ai_capability_quality_levels: [
      ...open('free', 'questions', ['fast']),
      ...open('pro', 'questions', ['fast']),
      ...open('pro', 'polish', ['fast']),
      ...open('team', 'questions', ['fast', 'premium']),
      ...open('team', 'polish', ['fast', 'premium']),
    ],
    meters: [{ id: 'session_minutes', name: 'Session minutes', unit: 'minutes' }],
    plan_meter_limits: [meterLimit('pro', 100), meterLimit('team', null)],
    ...changes,
  }
}
