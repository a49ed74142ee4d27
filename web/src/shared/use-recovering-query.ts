import type { AnyVariables, TypedDocumentNode } from '@urql/core'
import { useQuery } from '@urql/vue'
import { computed, watch, type MaybeRef } from 'vue'
import { useConnection } from './connection.ts'
import { failureFromGraphql } from './failure.ts'

/** A query that, once it has failed, runs again whenever the connection says that trying makes sense. */
export function useRecoveringQuery<Data, Variables extends AnyVariables>(options: {
  query: TypedDocumentNode<Data, Variables>
  variables: MaybeRef<Variables>
}) {
  const connection = useConnection()
  const { data, error, fetching, executeQuery } = useQuery<Data, Variables>({
    query: options.query,
    variables: options.variables as Variables,
  })
  const retry = () => void executeQuery({ requestPolicy: 'network-only' })

  watch(
    () => connection.retryCount,
    () => {
      if (error.value) retry()
    },
  )

  return {
    data: computed(() => data.value),
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    fetching,
    retry,
  }
}
