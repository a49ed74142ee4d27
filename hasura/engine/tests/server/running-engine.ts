import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { pino } from 'pino'
import { startEngine } from '../../src/server/start.ts'
import { readSettings } from '../../src/settings.ts'

const adminSecret = 'test-admin-secret'
export const asAdmin = { 'x-hasura-admin-secret': adminSecret }
export const asRole = (role: string, variables: Record<string, string> = {}) => ({
  ...asAdmin,
  'x-hasura-role': role,
  ...variables,
})

type Headers = Record<string, string>
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into freely
export type Answer = any

/** An engine in this process, on a database of its own, with metadata given as a document. */
export async function startTestEngine(options: {
  sql?: string
  /** Sources' tables and functions, and whatever else a document has. */
  metadata?: { tables?: unknown[]; functions?: unknown[]; [key: string]: unknown }
  environment?: Record<string, string>
  databaseUrl?: string
}) {
  const database: TestDatabase | undefined =
    options.databaseUrl === undefined ? await createTestDatabase({ migrated: false }) : undefined
  const databaseUrl = options.databaseUrl ?? database?.url
  if (options.sql !== undefined) await database?.sql().unsafe(options.sql)
  const settings = readSettings(
    { databaseUrl, port: '0', adminSecret },
    { HASURA_GRAPHQL_LOG_LEVEL: 'silent', ...options.environment },
  )
  const engine = await startEngine(
    settings,
    pino({ level: process.env['ENGINE_TEST_LOG'] ?? 'silent' }),
  )

  const post = async (path: string, body: unknown, headers: Headers = asAdmin) => {
    const response = await fetch(`${engine.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }
  const putMetadata = async (metadata: NonNullable<typeof options.metadata>) => {
    const { tables = [], functions = [], ...more } = metadata
    const source = { name: 'default', kind: 'postgres', tables, functions }
    const configuration = { connection_info: { database_url: { from_env: 'PG_DATABASE_URL' } } }
    const args = { version: 3, sources: [{ ...source, configuration }], ...more }
    return post('/v1/metadata', { type: 'replace_metadata', args })
  }
  if (options.metadata !== undefined) {
    const { status, text } = await putMetadata(options.metadata)
    if (status !== 200) throw new Error(`replace_metadata: ${text}`)
  }
  return {
    url: engine.url,
    port: engine.port,
    database: database as TestDatabase,
    post,
    putMetadata,
    /** The body of a GraphQL answer. */
    graphql: async (query: string, variables?: unknown, headers?: Headers): Promise<Answer> =>
      (await post('/v1/graphql', { query, variables }, headers)).json,
    stop: async () => {
      await engine.stop()
      await database?.drop()
    },
  }
}

export type TestEngine = Awaited<ReturnType<typeof startTestEngine>>

function parsed(text: string): Answer {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
