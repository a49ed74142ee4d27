import { useMutation } from '@urql/vue'
import { ref } from 'vue'
import { SetQualityDefaultDocument } from '@/gql/admin/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'

/** Saves an organization's default level; the subscription then brings it to every open page, this one included. */
export function useSetQualityDefault() {
  const { executeMutation, fetching } = useMutation(SetQualityDefaultDocument)
  const problem = ref<Failure | null>(null)

  async function save(capabilityId: string, levelId: string): Promise<boolean> {
    const { error } = await executeMutation({
      capability_id: capabilityId,
      quality_level_id: levelId,
    })
    problem.value = error ? failureFromGraphql(error) : null
    return !error
  }

  return { save, isSaving: fetching, problem }
}
