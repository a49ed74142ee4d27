import { useMutation, useSubscription } from '@urql/vue'
import { computed, shallowRef } from 'vue'
import {
  CreateServiceApiKeyDocument,
  RevokeServiceApiKeyDocument,
  ServiceApiKeysDocument,
  type CreateServiceApiKeyMutation,
  type ServiceApiKeysSubscription,
} from '@/gql/admin/graphql.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'

export type ServiceApiKey = ServiceApiKeysSubscription['service_api_keys'][number]
export type NewServiceApiKey = CreateServiceApiKeyMutation['create_service_api_key']

/** The organization's keys, followed live: last use and what other admins do show by themselves. */
export function useServiceApiKeys() {
  const { data, error, executeSubscription } = useSubscription({ query: ServiceApiKeysDocument })
  return {
    keys: computed(() => data.value?.service_api_keys ?? null),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    retry: () => void executeSubscription(),
  }
}

/** Makes a key. `created` holds it until it is dismissed, and nothing else ever does. */
export function useCreateServiceApiKey() {
  const { executeMutation, fetching } = useMutation(CreateServiceApiKeyDocument)
  const created = shallowRef<NewServiceApiKey | null>(null)
  const problem = shallowRef<Failure | null>(null)

  async function create(name: string): Promise<boolean> {
    problem.value = null
    const { data, error } = await executeMutation({ input: { name } })
    if (error) problem.value = failureFromGraphql(error)
    if (data) created.value = data.create_service_api_key
    return Boolean(data)
  }

  return { create, created, isCreating: fetching, problem }
}

export function useRevokeServiceApiKey() {
  const { executeMutation, fetching } = useMutation(RevokeServiceApiKeyDocument)
  const problem = shallowRef<Failure | null>(null)

  async function revoke(id: string): Promise<boolean> {
    problem.value = null
    const { error } = await executeMutation({ input: { id } })
    if (error) problem.value = failureFromGraphql(error)
    return !error
  }

  return { revoke, isRevoking: fetching, problem }
}
