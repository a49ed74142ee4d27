import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { asyncActionsOf } from '../action/async-actions.ts'
import { AsyncActionWorker } from '../action/async-worker.ts'
import { WebhookClient } from '../action/webhook-client.ts'
import { createAuthenticator } from '../auth/authenticator.ts'
import { HasuraError } from '../errors.ts'
import { translatePostgresError } from '../execute/postgres-errors.ts'
import { isConnectionError } from '../execute/transaction.ts'
import type { DescribeError } from '../live-query/poller.ts'
import { asConnectionError } from './database-errors.ts'
import { asHasuraError, graphqlErrorText } from './responses.ts'
import { CronService } from '../cron/service.ts'
import { buildEngine } from '../engine.ts'
import { loadMetadataDirectory } from '../metadata/load-directory.ts'
import { emptyMetadata } from '../metadata/types.ts'
import { SettingsError, type Settings } from '../settings.ts'
import { connectDatabases, type Databases } from './database.ts'
import { EngineHost } from './engine-host.ts'
import { engineSettingsOf } from './engine-settings.ts'
import { GraphqlService } from './graphql-service.ts'
import { createHttpServer } from './http-server.ts'
import { createSubscriptions } from './subscriptions.ts'
import { attachWebsockets } from './websocket-server.ts'

export type RunningEngine = { url: string; port: number; stop(): Promise<void> }

/** The database cannot be reached at start; afterwards the engine waits for it by itself. */
export class DatabaseError extends Error {}

/** The close code of RFC 6455's registry that asks clients to connect again. */
const serviceRestart = 1012

/** How long answers under way may take once the engine has been told to stop. */
const drainMilliseconds = 3000

/** Connects, reads metadata and schema, and listens; rejects with what is in the way. */
export async function startEngine(settings: Settings, logger: Logger): Promise<RunningEngine> {
  const metadata =
    settings.metadataDirectory === undefined
      ? emptyMetadata
      : await loadMetadataDirectory(settings.metadataDirectory)
  const databases = connectDatabases(settings)
  try {
    const engineSettings = engineSettingsOf(settings)
    const { data: sql } = databases
    const host = new EngineHost({ sql, settings: engineSettings, buildEngine, logger })
    await host.start(metadata).catch((error: unknown) => {
      if (!isConnectionError(error)) throw error
      throw new DatabaseError(`the database does not answer: ${error.message}`)
    })
    return await serve({ settings, logger, host, databases })
  } catch (error) {
    await databases.close()
    throw error
  }
}

type Parts = {
  settings: Settings
  logger: Logger
  host: EngineHost
  databases: Databases
}

async function serve({ settings, logger, host, databases }: Parts): Promise<RunningEngine> {
  const webhooks = new WebhookClient()
  const { environment, configuredHeaderPrecedence } = settings
  const actions = { webhooks, environment, configuredHeaderPrecedence }
  const interval = settings.asyncActionsFetchIntervalMilliseconds
  const asyncActions = new AsyncActionWorker(databases.own, actions, interval, logger)
  const cron = new CronService(databases.own, environment, logger)
  const describeError = subscriptionErrors(settings, logger)
  const subscriptions = createSubscriptions({ databases, settings, logger, describeError })
  const graphql = new GraphqlService({
    host,
    databases,
    settings,
    actions,
    wakeAsyncActions: () => asyncActions.wake(),
    subscriptions,
  })
  const dependencies = {
    settings,
    logger,
    authenticate: createAuthenticator(settings),
    host,
    graphql,
  }
  const server = createHttpServer(dependencies)
  const websockets = attachWebsockets(server, dependencies)
  const port = await listen(server, settings)
  host.onChange((engine, metadataChanged) => {
    asyncActions.apply(asyncActionsOf(engine))
    cron.apply(engine.metadata.cron_triggers ?? [])
    subscriptions.schemaChanged()
    // Subscriptions have been planned with the permissions of before.
    if (metadataChanged && settings.closeWebsocketsOnMetadataChange) {
      websockets.closeConnections(serviceRestart, 'the metadata has changed')
    }
  })
  const stop = async () => {
    websockets.close()
    await closeServer(server)
    await Promise.all([cron.stop(), asyncActions.stop(), subscriptions.stop()])
    webhooks.close()
    await databases.close()
  }
  return { url: `http://${settings.host}:${port}`, port, stop }
}

/** An outage is not told to subscribers: they get the next result when the database is back. */
function subscriptionErrors(settings: Settings, logger: Logger): DescribeError {
  return (error) => {
    const told = asConnectionError(translatePostgresError(error))
    if (told instanceof HasuraError && told.code === 'postgres-error') {
      logger.debug({ err: error }, 'live queries: the database is away')
      return undefined
    }
    return graphqlErrorText(asHasuraError(told, logger), settings.devMode)
  }
}

async function listen(server: Server, { host, port }: Settings): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE') throw error
    throw new SettingsError(`--port: ${port} is in use on ${host}`)
  }
  return (server.address() as AddressInfo).port
}

/** No new connections, idle ones closed, and a while for the answers under way. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), drainMilliseconds)
  await closed
  clearTimeout(timer)
}
