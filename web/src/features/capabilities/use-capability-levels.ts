import { useSubscription } from '@urql/vue'
import { computed } from 'vue'
import { OrganizationPlanDocument, QualityDefaultsDocument } from '@/gql/member/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'
import { effectiveDefault, levelOptions, type LevelOption } from './level-options.ts'
import { useCapabilityCatalogue } from './use-capability-catalogue.ts'

export interface CapabilityLevels {
  id: string
  name: string
  description: string
  isActive: boolean
  /** What is charged for a run that is cancelled. */
  abortPolicy: string
  options: LevelOption[]
  /** The level used when nobody chooses one. */
  defaultLevelId: string | null
}

/** Every capability with its levels, as the organization's plan and settings are now: both are followed live. */
export function useCapabilityLevels() {
  const catalogue = useCapabilityCatalogue()
  const plan = useSubscription({ query: OrganizationPlanDocument })
  const defaults = useSubscription({ query: QualityDefaultsDocument })

  const organizationPlan = computed(() => plan.data.value?.org_plans[0] ?? null)
  const capabilities = computed<CapabilityLevels[] | null>(() => {
    const data = catalogue.data.value
    const chosen = defaults.data.value?.organization_quality_defaults
    const planId = organizationPlan.value?.plan_id
    if (!data || !chosen || !planId) return null
    return data.ai_capabilities.map((capability) => {
      const options = levelOptions(data, planId, capability.id, new Date())
      const setting = chosen.find((row) => row.capability_id === capability.id)
      return {
        id: capability.id,
        name: capability.name,
        description: capability.description ?? '',
        isActive: capability.is_active,
        abortPolicy: capability.abort_policy,
        options,
        defaultLevelId: effectiveDefault(options, setting?.quality_level_id ?? null),
      }
    })
  })
  const failure = computed(() => {
    const error = plan.error.value ?? defaults.error.value
    return catalogue.failure.value ?? (error ? failureFromGraphql(error) : null)
  })

  return {
    capabilities,
    failure,
    retry: catalogue.retry,
    organizationPlan,
    modelName: catalogue.modelName,
    planName: catalogue.planName,
  }
}
