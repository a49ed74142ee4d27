import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'
import { startOpenAiDouble, type OpenAiDouble } from '../../doubles/openai/server.ts'
import { buildApp } from '../../src/app.ts'
import { readConfig, type Config, type OperationLimits } from '../../src/config.ts'
import { buildDeps, type RunningDeps } from '../../src/deps.ts'
import { createLogger } from '../../src/observability.ts'

export const ACTION_SECRET = 'test-action-secret-1234'
export const CRON_SECRET = 'test-cron-secret-12345'
export const WEB_URL = 'http://127.0.0.1:5999'

export interface TestApi {
  url: string
  database: TestDatabase
  /** As the superuser, for arranging and looking. */
  sql: postgres.Sql
  config: Config
  deps: RunningDeps
  double: OpenAiDouble
  /** Parsed log lines, so that a test can see what was logged and what was not. */
  logLines: LogLine[]
  stop(): Promise<void>
}

export type LogLine = Record<string, unknown> & { level: number; msg: string }

export function testEnvironment(database: TestDatabase): Record<string, string> {
  return {
    API_DATABASE_URL: database.apiUrl,
    PURSER_WEB_URL: WEB_URL,
    BETTER_AUTH_SECRET: 'test-auth-secret-of-more-than-thirty-two-characters',
    ACTION_SECRET,
    CRON_SECRET,
    LOG_LEVEL: 'debug',
  }
}

export interface TestApiOverrides {
  operations?: Partial<OperationLimits>
  environment?: Record<string, string>
  /** Instead of a new one; stop() drops it. */
  database?: TestDatabase
  /** Another way to the same database, such as through a proxy. */
  databaseUrl?: (url: string) => string
}

/** The whole api over real HTTP on its own database, with its own model double. */
export async function startTestApi(overrides: TestApiOverrides = {}): Promise<TestApi> {
  const database = overrides.database ?? (await createTestDatabase({ migrated: true }))
  const double = await startOpenAiDouble()
  const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const base = readConfig({
    ...testEnvironment(database),
    PURSER_API_PUBLIC_URL: url,
    MODEL_DOUBLE_URL: double.baseUrl,
    ...overrides.environment,
  })
  const databaseUrl = overrides.databaseUrl?.(base.databaseUrl) ?? base.databaseUrl
  const config = {
    ...base,
    databaseUrl,
    operations: { ...base.operations, ...overrides.operations },
  }
  const logLines: LogLine[] = []
  const log = createLogger(config.logLevel, {
    write: (line) => void logLines.push(JSON.parse(line) as LogLine),
  })
  const deps = buildDeps(config, log)
  const app = buildApp(deps)
  const sql = database.sql()

  return {
    url,
    database,
    sql,
    config,
    deps,
    double,
    logLines,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await deps.services.operations.stop()
      await deps.disconnect(2)
      await double.close()
      await database.drop()
    },
  }
}
