import { CapabilityCatalogueDocument } from '@/gql/member/graphql.ts'
import { useRecoveringQuery } from '@/shared/use-recovering-query.ts'

/** Plans, levels, capabilities, prices and models: the same for everybody, and rarely changed. */
export function useCapabilityCatalogue() {
  const { data, failure, retry } = useRecoveringQuery({
    query: CapabilityCatalogueDocument,
    variables: {},
  })
  const nameIn = (rows: readonly { id: string; name: string }[] | undefined, id: string) =>
    rows?.find((row) => row.id === id)?.name ?? id
  return {
    data,
    failure,
    retry,
    capabilityName: (id: string) => nameIn(data.value?.ai_capabilities, id),
    levelName: (id: string) => nameIn(data.value?.quality_levels, id),
    modelName: (id: string) => nameIn(data.value?.llm_models, id),
    planName: (id: string) => nameIn(data.value?.plans, id),
  }
}
