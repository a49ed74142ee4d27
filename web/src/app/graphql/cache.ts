import { cacheExchange } from '@urql/exchange-graphcache'

const joined =
  (...fields: string[]) =>
  (row: Record<string, unknown>) =>
    fields.map((field) => String(row[field])).join(':')
const embedded = () => null

/**
 * Normalised by primary key, so that a row that arrives by subscription also shows in every query that holds it.
 * Tables whose key is not `id` are named here; answers of actions and aggregates are values, not rows.
 */
export function createCache() {
  return cacheExchange({
    keys: {
      organization_credit_balances: joined('organization_id'),
      org_plans: joined('organization_id'),
      session_settings: joined('organization_id'),
      member_caps: joined('organization_id', 'user_id', 'meter_id', 'period'),
      quota_usages: joined('organization_id', 'meter_id', 'user_id', 'period', 'period_start'),
      billing_settings: joined('organization_id'),
      organization_quality_defaults: joined('organization_id', 'capability_id'),
      ai_capability_quality_levels: joined('capability_id', 'quality_level_id', 'effective_from'),
      plan_ai_capabilities: joined('plan_id', 'capability_id'),
      plan_ai_capability_quality_levels: joined('plan_id', 'capability_id', 'quality_level_id'),
      plan_meter_limits: joined('plan_id', 'meter_id', 'period'),
      credit_transactions_aggregate: embedded,
      credit_transactions_aggregate_fields: embedded,
      credit_transactions_sum_fields: embedded,
      AiAccess: embedded,
      SuggestedQuestions: embedded,
      SuggestedQuestion: embedded,
      Testimonial: embedded,
      AiRateLimit: embedded,
      AiAccessExplanation: embedded,
      AiAccessRule: embedded,
      AiModelChoice: embedded,
      usage_points: embedded,
      quota_positions: embedded,
      usage_period_totals: embedded,
      credit_forecasts: embedded,
      MeteredSession: embedded,
      QuotaExplanation: embedded,
      QuotaRule: embedded,
      SessionAllowance: embedded,
      NewServiceApiKey: embedded,
      RevokedServiceApiKey: embedded,
      CheckoutSession: embedded,
      BillingPortal: embedded,
      BillingSettings: embedded,
      PlanChange: embedded,
      PlanChangePreview: embedded,
    },
  })
}
