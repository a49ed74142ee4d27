import type { CapabilityCatalogueQuery } from '@/gql/member/graphql.ts'

export interface LevelOption {
  id: string
  name: string
  description: string
  /** What a run is expected to cost now; null when no price is in force. */
  estimatedCredits: number | null
  isAllowed: boolean
  /** Name of the smallest plan that opens a locked level. */
  unlockedByPlan: string | null
}

/** The levels of one capability as a plan sees them, cheapest first: allowed ones, and locked ones with what opens them. */
export function levelOptions(
  catalogue: CapabilityCatalogueQuery,
  planId: string,
  capabilityId: string,
  now: Date,
): LevelOption[] {
  const isOpenIn = (plan: string, level: string) =>
    isEnabledIn(catalogue, plan, capabilityId) &&
    catalogue.plan_ai_capability_quality_levels.some(
      (row) =>
        row.plan_id === plan &&
        row.capability_id === capabilityId &&
        row.quality_level_id === level,
    )
  const plansByRank = catalogue.plans
    .filter((plan) => plan.is_active)
    .toSorted((a, b) => a.rank - b.rank)

  return catalogue.quality_levels
    .filter((level) => isOffered(catalogue, capabilityId, level.id))
    .toSorted((a, b) => a.rank - b.rank)
    .map((level) => {
      const isAllowed = isOpenIn(planId, level.id)
      return {
        id: level.id,
        name: level.name,
        description: level.description ?? '',
        estimatedCredits: estimateInForce(catalogue, capabilityId, level.id, now),
        isAllowed,
        unlockedByPlan: isAllowed
          ? null
          : (plansByRank.find((plan) => isOpenIn(plan.id, level.id))?.name ?? null),
      }
    })
}

/** The level a run gets when nobody chose one: the organization's, if its plan still allows it, else the cheapest. */
export function effectiveDefault(
  options: readonly LevelOption[],
  chosenByOrganization: string | null,
): string | null {
  const allowed = options.filter((option) => option.isAllowed)
  return (allowed.find((option) => option.id === chosenByOrganization) ?? allowed[0])?.id ?? null
}

function isEnabledIn(catalogue: CapabilityCatalogueQuery, planId: string, capabilityId: string) {
  return catalogue.plan_ai_capabilities.some(
    (row) => row.plan_id === planId && row.capability_id === capabilityId && row.is_enabled,
  )
}

function isOffered(catalogue: CapabilityCatalogueQuery, capabilityId: string, levelId: string) {
  return catalogue.ai_capability_quality_levels.some(
    (row) => row.capability_id === capabilityId && row.quality_level_id === levelId,
  )
}

/** Prices are effective-dated: of the rows for this level, the one whose time it is. */
function estimateInForce(
  catalogue: CapabilityCatalogueQuery,
  capabilityId: string,
  levelId: string,
  now: Date,
): number | null {
  const row = catalogue.ai_capability_quality_levels.find(
    (price) =>
      price.capability_id === capabilityId &&
      price.quality_level_id === levelId &&
      new Date(price.effective_from) <= now &&
      (price.effective_to === null ||
        price.effective_to === undefined ||
        new Date(price.effective_to) > now),
  )
  return row?.estimated_credits ?? null
}
