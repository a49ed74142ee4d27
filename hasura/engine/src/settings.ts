import { z } from 'zod'
import { parseJwtSecret, type JwtSettings } from './auth/jwt-settings.ts'

/**
 * Everything that can be set, under Hasura's own names where Hasura has one, read once at start.
 * ENGINE_* names are this engine's own; README.md lists them all.
 */

export type Limits = {
  maxBodyBytes: number
  maxDepth: number
  /** Fields after fragments are expanded, so a small document cannot mean a huge selection. */
  maxNodes: number
  maxBatchSize: number
  statementTimeoutMilliseconds: number
  maxWebsocketConnections: number
  maxOperationsPerWebsocket: number
  /** A socket whose client reads slower than it is sent to is closed at this many waiting bytes. */
  maxWebsocketBufferedBytes: number
}

export type PollSettings = { refetchIntervalMilliseconds: number; batchSize: number }

export type Settings = {
  databaseUrl: string
  /** Where the engine keeps what is its own; the role there may have rights that the data's has not. */
  metadataDatabaseUrl: string
  port: number
  host: string
  adminSecret: string | undefined
  metadataDirectory: string | undefined
  jwt: JwtSettings | undefined
  unauthorizedRole: string | undefined
  stringifyNumericTypes: boolean
  inferFunctionPermissions: boolean
  devMode: boolean
  adminInternalErrors: boolean
  liveQueries: PollSettings
  /** Triggers and NOTIFY beside the poll; without them live queries are as fast as in Hasura. */
  liveQueryNotifications: boolean
  streamingQueries: PollSettings
  corsOrigins: '*' | string[]
  enableAllowlist: boolean
  closeWebsocketsOnMetadataChange: boolean
  configuredHeaderPrecedence: boolean
  asyncActionsFetchIntervalMilliseconds: number
  websocketKeepAliveSeconds: number
  websocketInitTimeoutSeconds: number
  gracefulShutdownSeconds: number
  poolSize: number
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  limits: Limits
  /** For {{NAME}} templates and value_from_env of metadata. */
  environment: Readonly<Record<string, string | undefined>>
}

export type CommandLine = {
  databaseUrl?: string | undefined
  port?: string | undefined
  adminSecret?: string | undefined
  metadata?: string | undefined
}

/** A wrong or missing setting; the message names the flag or the variable. */
export class SettingsError extends Error {}

const flag = z
  .enum(['true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', '1', '0'], 'has to be true or false')
  .transform((value) => ['true', 't', 'yes', 'y', '1'].includes(value))
const count = (least = 0) => z.coerce.number('has to be a number').int().min(least)

const environmentSchema = z.object({
  HASURA_GRAPHQL_DATABASE_URL: z.string().optional(),
  PG_DATABASE_URL: z.string().optional(),
  HASURA_GRAPHQL_METADATA_DATABASE_URL: z.string().optional(),
  HASURA_GRAPHQL_SERVER_PORT: z.string().default('8080'),
  HASURA_GRAPHQL_SERVER_HOST: z.string().default('127.0.0.1'),
  HASURA_GRAPHQL_ADMIN_SECRET: z.string().min(1).optional(),
  HASURA_GRAPHQL_METADATA_DIR: z.string().optional(),
  HASURA_GRAPHQL_JWT_SECRET: z.string().optional(),
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: z.string().min(1).optional(),
  HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: flag.default(false),
  HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: flag.default(true),
  HASURA_GRAPHQL_DEV_MODE: flag.default(false),
  HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS: flag.default(true),
  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: count(10).default(1000),
  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE: count(1).default(100),
  HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: count(10).default(1000),
  HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_BATCH_SIZE: count(1).default(100),
  HASURA_GRAPHQL_CORS_DOMAIN: z.string().default('*'),
  HASURA_GRAPHQL_ENABLE_ALLOWLIST: flag.default(false),
  HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE: flag.default(true),
  HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE: flag.default(false),
  HASURA_GRAPHQL_ASYNC_ACTIONS_FETCH_INTERVAL: count(10).default(1000),
  HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: count(1).default(5),
  HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT: count(1).default(3),
  HASURA_GRAPHQL_GRACEFUL_SHUTDOWN_TIMEOUT: count(1).default(10),
  HASURA_GRAPHQL_PG_CONNECTIONS: count(2).default(16),
  HASURA_GRAPHQL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ENGINE_LIVE_QUERY_NOTIFICATIONS: flag.default(true),
  ENGINE_MAX_BODY_BYTES: count(1024).default(4 * 1024 * 1024),
  ENGINE_MAX_DEPTH: count(1).default(64),
  ENGINE_MAX_NODES: count(1).default(10_000),
  ENGINE_MAX_BATCH_SIZE: count(1).default(50),
  ENGINE_STATEMENT_TIMEOUT_MILLISECONDS: count(0).default(30_000),
  ENGINE_MAX_WEBSOCKET_CONNECTIONS: count(1).default(5000),
  ENGINE_MAX_OPERATIONS_PER_WEBSOCKET: count(1).default(200),
  ENGINE_MAX_WEBSOCKET_BUFFERED_BYTES: count(1024).default(8 * 1024 * 1024),
})

type Environment = z.infer<typeof environmentSchema>

/** Flags win over variables, as in Hasura. */
export function readSettings(
  commandLine: CommandLine,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const parsed = environmentSchema.safeParse(withoutEmpty(environment))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new SettingsError(`${issue?.path.join('.')}: ${issue?.message}`)
  }
  const values = parsed.data
  const databaseUrl =
    commandLine.databaseUrl ?? values.HASURA_GRAPHQL_DATABASE_URL ?? values.PG_DATABASE_URL
  if (databaseUrl === undefined) {
    throw new SettingsError(
      'no database: give --database-url, or set HASURA_GRAPHQL_DATABASE_URL or PG_DATABASE_URL',
    )
  }
  const adminSecret = commandLine.adminSecret ?? values.HASURA_GRAPHQL_ADMIN_SECRET
  if (adminSecret === '') throw new SettingsError('--admin-secret: may not be empty')
  requireAdminSecret(adminSecret, values)
  return {
    databaseUrl: checkedUrl('--database-url', databaseUrl),
    metadataDatabaseUrl: checkedUrl(
      'HASURA_GRAPHQL_METADATA_DATABASE_URL',
      values.HASURA_GRAPHQL_METADATA_DATABASE_URL ?? databaseUrl,
    ),
    port: checkedPort(commandLine.port, values.HASURA_GRAPHQL_SERVER_PORT),
    adminSecret,
    metadataDirectory: commandLine.metadata ?? values.HASURA_GRAPHQL_METADATA_DIR,
    ...plainSettings(values),
    environment,
  }
}

function plainSettings(values: Environment) {
  return {
    host: values.HASURA_GRAPHQL_SERVER_HOST,
    jwt: readJwtSecret(values.HASURA_GRAPHQL_JWT_SECRET),
    unauthorizedRole: values.HASURA_GRAPHQL_UNAUTHORIZED_ROLE,
    stringifyNumericTypes: values.HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES,
    inferFunctionPermissions: values.HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS,
    devMode: values.HASURA_GRAPHQL_DEV_MODE,
    adminInternalErrors: values.HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS,
    liveQueries: {
      refetchIntervalMilliseconds: values.HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL,
      batchSize: values.HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE,
    },
    liveQueryNotifications: values.ENGINE_LIVE_QUERY_NOTIFICATIONS,
    streamingQueries: {
      refetchIntervalMilliseconds:
        values.HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL,
      batchSize: values.HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_BATCH_SIZE,
    },
    corsOrigins: corsOrigins(values.HASURA_GRAPHQL_CORS_DOMAIN),
    enableAllowlist: values.HASURA_GRAPHQL_ENABLE_ALLOWLIST,
    closeWebsocketsOnMetadataChange: values.HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE,
    configuredHeaderPrecedence: values.HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE,
    asyncActionsFetchIntervalMilliseconds: values.HASURA_GRAPHQL_ASYNC_ACTIONS_FETCH_INTERVAL,
    websocketKeepAliveSeconds: values.HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE,
    websocketInitTimeoutSeconds: values.HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT,
    gracefulShutdownSeconds: values.HASURA_GRAPHQL_GRACEFUL_SHUTDOWN_TIMEOUT,
    poolSize: values.HASURA_GRAPHQL_PG_CONNECTIONS,
    logLevel: values.HASURA_GRAPHQL_LOG_LEVEL,
    limits: {
      maxBodyBytes: values.ENGINE_MAX_BODY_BYTES,
      maxDepth: values.ENGINE_MAX_DEPTH,
      maxNodes: values.ENGINE_MAX_NODES,
      maxBatchSize: values.ENGINE_MAX_BATCH_SIZE,
      statementTimeoutMilliseconds: values.ENGINE_STATEMENT_TIMEOUT_MILLISECONDS,
      maxWebsocketConnections: values.ENGINE_MAX_WEBSOCKET_CONNECTIONS,
      maxOperationsPerWebsocket: values.ENGINE_MAX_OPERATIONS_PER_WEBSOCKET,
      maxWebsocketBufferedBytes: values.ENGINE_MAX_WEBSOCKET_BUFFERED_BYTES,
    },
  }
}

/** An unset variable and an empty one mean the same: compose files write `NAME: ${NAME:-}`. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
}

function requireAdminSecret(adminSecret: string | undefined, values: Environment) {
  if (adminSecret !== undefined) return
  for (const name of ['HASURA_GRAPHQL_JWT_SECRET', 'HASURA_GRAPHQL_UNAUTHORIZED_ROLE'] as const) {
    if (values[name] !== undefined) {
      throw new SettingsError(
        `${name} requires --admin-secret (HASURA_GRAPHQL_ADMIN_SECRET) to be set`,
      )
    }
  }
}

function checkedUrl(name: string, databaseUrl: string): string {
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new SettingsError(`${name}: has to be a postgres:// URL`)
  }
  return databaseUrl
}

function checkedPort(fromFlag: string | undefined, fromEnvironment: string): number {
  const name = fromFlag === undefined ? 'HASURA_GRAPHQL_SERVER_PORT' : '--port'
  const port = Number(fromFlag ?? fromEnvironment)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SettingsError(`${name}: has to be a port number, 0 to 65535`)
  }
  return port
}

function readJwtSecret(text: string | undefined): JwtSettings | undefined {
  if (text === undefined) return undefined
  try {
    return parseJwtSecret(text)
  } catch (error) {
    throw new SettingsError(`HASURA_GRAPHQL_JWT_SECRET: ${(error as Error).message}`)
  }
}

function corsOrigins(text: string): '*' | string[] {
  const origins = text
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
  return origins.includes('*') ? '*' : origins
}
