import { useClientHandle } from '@urql/vue'
import { watch } from 'vue'
import { ConnectionProbeDocument } from '@/gql/member/graphql.ts'
import { useConnection } from '@/shared/connection.ts'
import { failureFromGraphql, isOutage } from '@/shared/failure.ts'

/**
 * While requests fail, asks at each retry for something that takes the whole way: GraphQL, api and database. Only its
 * answer ends the outage; a request that happens to need one part less proves nothing about the others.
 */
export function useConnectionProbe() {
  const { client } = useClientHandle()
  const connection = useConnection()
  watch(
    () => connection.retryCount,
    async () => {
      if (!connection.isDown) return
      const { error } = await client
        .query(ConnectionProbeDocument, {}, { requestPolicy: 'network-only' })
        .toPromise()
      // A failure of the probe is reported by the client, as any other.
      if (!error || !isOutage(failureFromGraphql(error))) connection.reportRecovered()
    },
  )
}
