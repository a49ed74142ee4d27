import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type { Sql } from 'postgres'
import { introspect } from '../../src/catalog/introspect.ts'
import {
  buildEngine,
  defaultEngineSettings,
  type Engine,
  type EngineSettings,
} from '../../src/engine.ts'
import { HasuraError } from '../../src/errors.ts'
import { connect } from '../../src/execute/database.ts'
import { execute } from '../../src/execute/execute.ts'
import type { Session } from '../../src/execute/types.ts'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { parseMetadata } from '../../src/metadata/parse.ts'

export interface Caller {
  role?: string
  variables?: Record<string, string>
}

export interface Fixture {
  readonly engine: Engine
  readonly database: Sql
  /** The response's data, parsed; errors are thrown. */
  readonly run: (query: string, variables?: JsonObject, caller?: Caller) => Promise<Json>
  /** The code, path and message of the error that the request must end in. */
  readonly fail: (query: string, variables?: JsonObject, caller?: Caller) => Promise<JsonObject>
  readonly sql: (text: string) => Promise<unknown>
  readonly drop: () => Promise<void>
}

export interface FixtureOptions {
  sql: string
  tables: Json[]
  functions?: Json[]
  /** Other keys of the document. */
  rest?: JsonObject
  settings?: Partial<EngineSettings>
}

export const document = ({ tables, functions, rest }: Omit<FixtureOptions, 'sql'>): JsonObject => ({
  version: 3,
  sources: [{ name: 'default', kind: 'postgres', tables, ...(functions ? { functions } : {}) }],
  ...rest,
})

export const sessionOf = ({ role = 'admin', variables = {} }: Caller): Session => ({
  role,
  variables: { ...variables, 'x-hasura-role': role },
  isAdmin: true,
})

/** A database of its own with an engine over it. */
export async function startFixture(options: FixtureOptions): Promise<Fixture> {
  const testDatabase: TestDatabase = await createTestDatabase({ migrated: false })
  const database = connect(testDatabase.url, { max: 2 })
  await database.unsafe(options.sql)
  const metadata = parseMetadata(document(options))
  const catalog = await introspect(database, metadata)
  const settings = { ...defaultEngineSettings, ...options.settings }
  const engine = buildEngine({ metadata, catalog, settings })
  const run: Fixture['run'] = async (query, variables = {}, caller = {}) => {
    const { bodyText } = await execute(engine, database, sessionOf(caller), { query, variables })
    return (JSON.parse(bodyText) as { data: Json }).data
  }
  return {
    engine,
    database,
    run,
    fail: async (query, variables, caller) => {
      try {
        const data = await run(query, variables, caller)
        throw new Error(`no error came, but ${JSON.stringify(data)}`)
      } catch (error) {
        if (!(error instanceof HasuraError)) throw error
        return { code: error.code, path: error.path, message: error.message }
      }
    },
    sql: (text) => database.unsafe(text),
    drop: async () => {
      await database.end()
      await testDatabase.drop()
    },
  }
}
