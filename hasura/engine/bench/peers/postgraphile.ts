import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// PostGraphile 5 is written for Node 22; on Node 20 every query would fail without this.
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers: () => {
      const settle: { resolve?: (value: unknown) => void; reject?: (reason: unknown) => void } = {}
      const promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }))
      return { promise, ...settle }
    },
  })
}

const { postgraphile } = await import('postgraphile')
const { PostGraphileAmberPreset } = await import('postgraphile/presets/amber')
const { makePgService } = await import('postgraphile/adaptors/pg')
const { grafserv } = await import('postgraphile/grafserv/node')

/** Row level security by a setting of the transaction, as PostGraphile's documentation has it. */
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env['BENCH_DATABASE_URL'] ?? '',
      schemas: ['public'],
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: {
    explain: false,
    context: (requestContext) => ({
      pgSettings: {
        'bench.organization_id': String(
          requestContext.node?.req.headers['x-organization-id'] ?? '',
        ),
      },
    }),
  },
})

const server = createServer()
await instance.createServ(grafserv).addTo(server)
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.on('SIGTERM', () => process.exit(0))
