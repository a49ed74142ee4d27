import type { PlanCatalogueQuery } from '@/gql/member/graphql.ts'

/** How often a capability may run; null is unlimited. */
export interface RunLimits {
  minute: number | null
  hour: number | null
  day: number | null
}

export interface CapabilityFacts {
  id: string
  name: string
  /** Names of the open quality levels, lowest first; none when the plan does not include the capability. */
  levels: string[]
  limits: RunLimits
}

/** What a plan includes of something that is counted, other than credits. */
export interface MeterFacts {
  id: string
  name: string
  unit: string
  period: string
  /** Whether the organization shares the amount or each person has it. */
  scope: string
  /** null is unlimited; 0 also when the plan does not include it at all. */
  limit: number | null
}

/** Everything that tells one plan from another, in the order of the catalogue. */
export interface PlanFacts {
  id: string
  name: string
  description: string
  rank: number
  priceUsd: number
  monthlyCredits: number
  rolloverCredits: number
  allowsTopups: boolean
  allowsPayAsYouGo: boolean
  trialDays: number
  isOffered: boolean
  capabilities: CapabilityFacts[]
  meters: MeterFacts[]
}

export function planFacts(catalogue: PlanCatalogueQuery): PlanFacts[] {
  return catalogue.plans
    .toSorted((a, b) => a.rank - b.rank)
    .map((plan) => ({
      id: plan.id,
      name: plan.name,
      description: plan.description,
      rank: plan.rank,
      priceUsd: plan.price_usd_monthly,
      monthlyCredits: plan.monthly_ai_credits,
      rolloverCredits: plan.rollover_credits,
      allowsTopups: plan.topup_allowed,
      allowsPayAsYouGo: plan.pay_as_you_go_allowed,
      trialDays: plan.trial_days,
      isOffered: plan.is_active,
      capabilities: catalogue.ai_capabilities.map((capability) => ({
        id: capability.id,
        name: capability.name,
        levels: openLevels(catalogue, plan.id, capability.id),
        limits: limitsOf(catalogue, plan.id, capability.id),
      })),
      meters: metersOf(catalogue, plan.id),
    }))
}

function openLevels(catalogue: PlanCatalogueQuery, planId: string, capabilityId: string): string[] {
  if (!includedRow(catalogue, planId, capabilityId)?.is_enabled) return []
  const open = catalogue.plan_ai_capability_quality_levels.filter(
    (row) => row.plan_id === planId && row.capability_id === capabilityId,
  )
  return catalogue.quality_levels
    .filter((level) => open.some((row) => row.quality_level_id === level.id))
    .toSorted((a, b) => a.rank - b.rank)
    .map((level) => level.name)
}

function limitsOf(catalogue: PlanCatalogueQuery, planId: string, capabilityId: string): RunLimits {
  const row = includedRow(catalogue, planId, capabilityId)
  return {
    minute: row?.requests_per_minute ?? null,
    hour: row?.requests_per_hour ?? null,
    day: row?.requests_per_day ?? null,
  }
}

/** One a meter and period that any plan limits: the same list for every plan, so that they can be compared. */
function metersOf(catalogue: PlanCatalogueQuery, planId: string): MeterFacts[] {
  return catalogue.meters.flatMap((meter) => {
    const limits = catalogue.plan_meter_limits.filter((row) => row.meter_id === meter.id)
    const periods = [...new Set(limits.map((row) => row.period))].toSorted()
    return periods.map((period) => {
      const inPeriod = limits.filter((row) => row.period === period)
      const own = inPeriod.find((row) => row.plan_id === planId)
      return {
        ...meter,
        period,
        scope: (own ?? inPeriod[0])?.scope ?? 'organization',
        limit: own ? (own.limit_amount ?? null) : 0,
      }
    })
  })
}

function includedRow(catalogue: PlanCatalogueQuery, planId: string, capabilityId: string) {
  return catalogue.plan_ai_capabilities.find(
    (row) => row.plan_id === planId && row.capability_id === capabilityId,
  )
}
