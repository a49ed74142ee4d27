import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/settings.ts'

const url = 'postgres://user@127.0.0.1:5432/db'

describe('settings', () => {
  it('flags win over the environment, and Hasura names are read', () => {
    const settings = readSettings(
      { databaseUrl: url, port: '0', adminSecret: 'flag' },
      {
        HASURA_GRAPHQL_ADMIN_SECRET: 'environment',
        HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: 'true',
        HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: 'false',
        HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
        HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '500',
        HASURA_GRAPHQL_CORS_DOMAIN: 'https://a.test, https://*.b.test',
        ENGINE_MAX_DEPTH: '7',
      },
    )
    expect(settings).toMatchObject({
      adminSecret: 'flag',
      stringifyNumericTypes: true,
      inferFunctionPermissions: false,
      unauthorizedRole: 'anonymous',
      liveQueries: { refetchIntervalMilliseconds: 500, batchSize: 100 },
      corsOrigins: ['https://a.test', 'https://*.b.test'],
      limits: { maxDepth: 7 },
    })
  })

  it('an empty variable counts as unset', () => {
    const settings = readSettings(
      {},
      { PG_DATABASE_URL: url, HASURA_GRAPHQL_UNAUTHORIZED_ROLE: '' },
    )
    expect(settings.unauthorizedRole).toBeUndefined()
    expect(settings.databaseUrl).toBe(url)
  })

  it.each([
    [{}, {}, '--database-url'],
    [{ databaseUrl: 'mysql://x' }, {}, '--database-url'],
    [{ databaseUrl: url, port: 'http' }, {}, '--port'],
    [{ databaseUrl: url }, { HASURA_GRAPHQL_DEV_MODE: 'perhaps' }, 'HASURA_GRAPHQL_DEV_MODE'],
    [{ databaseUrl: url }, { ENGINE_MAX_NODES: 'many' }, 'ENGINE_MAX_NODES'],
    [{ databaseUrl: url }, { HASURA_GRAPHQL_JWT_SECRET: '{}' }, 'HASURA_GRAPHQL_JWT_SECRET'],
    [
      { databaseUrl: url, adminSecret: 's' },
      { HASURA_GRAPHQL_JWT_SECRET: '{"type":"HS256","key":"k","audiance":"x"}' },
      'audiance',
    ],
    [
      { databaseUrl: url },
      { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
      'requires --admin-secret',
    ],
  ])('a wrong setting is named: %j %j', (commandLine, environment, named) => {
    expect(() => readSettings(commandLine, environment)).toThrow(named)
  })
})
