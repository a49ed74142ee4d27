import { once } from 'node:events'
import { serve, type ServerType } from '@hono/node-server'
import { buildApp } from './app.ts'
import { readConfig } from './config.ts'
import { buildDeps, type RunningDeps } from './deps.ts'
import { createLogger } from './observability.ts'
import { runShutdown, type ShutdownPhase } from './shutdown.ts'

const config = readConfig(process.env)
const log = createLogger(config.logLevel)
const deps = buildDeps(config, log)

const server = serve(
  { fetch: buildApp(deps).fetch, port: config.port, hostname: config.host },
  (address) => log.info({ host: address.address, port: address.port }, 'listening'),
)
server.on('error', (error) => {
  log.fatal({ err: error }, 'cannot listen')
  process.exitCode = 1
  void deps.disconnect(1)
})

const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
log.info({ signal: signal[0] }, 'shutting down')
// A second signal means "now".
process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1))
const isClean = await runShutdown(shutdownPhases(server, deps), log)
process.exit(isClean ? 0 : 1)

/** Requests first, then the work that they left behind, then the connections that both need. */
function shutdownPhases(http: ServerType, running: RunningDeps): ShutdownPhase[] {
  const { operations, ledger, quotas, billing } = running.services
  return [
    {
      name: 'stop accepting requests',
      limitMilliseconds: 10_000,
      run: () => {
        running.stopAccepting()
        if ('closeIdleConnections' in http) http.closeIdleConnections()
        return new Promise<void>((resolve) => http.close(() => resolve()))
      },
    },
    { name: 'end model calls', limitMilliseconds: 5_000, run: () => operations.stop() },
    {
      name: 'end automatic purchases',
      limitMilliseconds: 5_000,
      run: () => billing?.funding.stop() ?? Promise.resolve(),
    },
    {
      name: 'send queued ledger calls',
      limitMilliseconds: 10_000,
      run: () => Promise.all([ledger.drain(), quotas.drain()]),
    },
    {
      name: 'close the database',
      limitMilliseconds: 5_000,
      run: () => running.disconnect(4),
    },
  ]
}
