import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { isAPIError } from 'better-auth/api'
import { bearer, jwt, organization } from 'better-auth/plugins'
import { PostgresJSDialect } from 'kysely-postgres-js'
import type { Config } from '../config.ts'
import type { Database } from '../db/client.ts'
import { isBadValue } from '../db/failures.ts'
import {
  createFirstOrganization,
  hasOpenInvitation,
  membershipRole,
  startingOrganization,
} from '../db/identity.ts'
import type { Logger } from '../observability.ts'
import { CLAIMS_NAMESPACE, claimsOfUser, TOKEN_AUDIENCE, TOKEN_LIFETIME } from './claims.ts'
import { CLIENT_ADDRESS_HEADER } from './client-address.ts'
import { rememberFault } from './faults.ts'
import { nameFirstOrganization } from './first-organization.ts'
import { createRateWindows } from './rate-windows.ts'
import { identityTables, organizationTables, rateLimitTable, signingKeyTables } from './tables.ts'

export const AUTH_PATH = '/auth'
export const JWKS_PATH = '/jwks'
export const SIGN_IN_PATH = '/sign-in/email'

const ORDINARY_ROUTES = { window: 10, max: 200 }
/** Hashing a password costs tens of milliseconds of a core. */
const SIGN_UP = { window: 60, max: 60 }

export interface AuthServices {
  sql: Database
  config: Pick<Config, 'publicUrl' | 'webUrl' | 'authSecret'>
  log: Logger
}

export type Auth = ReturnType<typeof createAuth>

export function createAuth(services: AuthServices) {
  return betterAuth(authOptions(services))
}

/** Also read by the drift test, which asks better-auth whether the migration fits these options. */
export function authOptions({ sql, config, log }: AuthServices) {
  return {
    appName: 'Purser',
    baseURL: config.publicUrl,
    basePath: AUTH_PATH,
    secret: config.authSecret,
    trustedOrigins: trustedOrigins(config),
    telemetry: { enabled: false },
    logger: loggerOf(log),
    // Without it refusals go to the console, past our logger. They are answers, not faults.
    onAPIError: { onError: (error) => hearFault(log, error) },
    database: {
      dialect: new PostgresJSDialect({ postgres: sql }),
      type: 'postgres',
      schemaName: 'auth',
      transaction: true,
    },
    advanced: {
      database: { generateId: 'uuid' },
      // Set by routes.ts for every request; a client's own header of this name never arrives.
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
      // Said aloud, because better-auth switches both checks off when NODE_ENV is "test".
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    ...identityTables,
    emailAndPassword: { enabled: true },
    rateLimit: {
      enabled: true,
      storage: 'database',
      ...rateLimitTable,
      ...ORDINARY_ROUTES,
      customStorage: createRateWindows(),
      // Sign-in counts by account and address in the database instead (sign-in.ts).
      customRules: { [SIGN_IN_PATH]: false, '/sign-up/email': SIGN_UP },
    },
    databaseHooks: sessionHooks(sql),
    plugins: [
      bearer(),
      organization({
        schema: organizationTables,
        // An organization owns a ledger: closing one is a job for a platform admin, not for a click.
        disableOrganizationDeletion: true,
        // The identifier in the invitation is the secret; addresses are not verified by mail.
        requireEmailVerificationOnInvitation: false,
      }),
      hasuraTokens(sql, config.publicUrl),
    ],
  } satisfies BetterAuthOptions
}

/** The browser calls 127.0.0.1 and localhost two origins; on a developer's machine they are one page. */
function trustedOrigins({ publicUrl, webUrl }: AuthServices['config']): string[] {
  const origins = [publicUrl, ...(webUrl ? [webUrl] : [])]
  const local = origins.filter((origin) => origin.startsWith('http://127.0.0.1'))
  return [...origins, ...local.map((origin) => origin.replace('127.0.0.1', 'localhost'))]
}

/** Who signs up gets an organization of their own; who signs in continues where they were. */
function sessionHooks(sql: Database) {
  return {
    user: {
      create: {
        after: async (user: { id: string; name: string; email: string }) => {
          // Who was invited comes to join: an empty organization of their own would be in the way.
          if (await hasOpenInvitation(sql, user.email)) return
          await createFirstOrganization(sql, {
            userId: user.id,
            ...nameFirstOrganization(user.name),
          })
        },
      },
    },
    session: {
      create: {
        before: async (session: { userId: string }) => ({
          data: {
            ...session,
            activeOrganizationId: await startingOrganization(sql, session.userId),
          },
        }),
      },
    },
  } satisfies BetterAuthOptions['databaseHooks']
}

/** Signs Hasura tokens. RS256, because Hasura's Ed25519 support has broken before (graphql-engine#10774). */
function hasuraTokens(sql: Database, issuer: string) {
  return jwt({
    schema: signingKeyTables,
    // Otherwise every read of the session signs a token that nobody asked for.
    disableSettingJwtHeader: true,
    jwks: { jwksPath: JWKS_PATH, keyPairConfig: { alg: 'RS256', modulusLength: 2048 } },
    jwt: {
      issuer,
      audience: TOKEN_AUDIENCE,
      expirationTime: TOKEN_LIFETIME,
      getSubject: ({ user }) => user.id,
      definePayload: async ({ user, session }) => ({
        [CLAIMS_NAMESPACE]: claimsOfUser({
          userId: user.id,
          platformAdmin: user['platformAdmin'] === true,
          membership: await currentMembership(sql, user.id, session['activeOrganizationId']),
        }),
      }),
    },
  })
}

/** Asked again for every token: a removed member's session outlives the membership. */
async function currentMembership(sql: Database, userId: string, organizationId: unknown) {
  if (typeof organizationId !== 'string') return null
  const role = await membershipRole(sql, organizationId, userId)
  return role && { organizationId, role }
}

function loggerOf(log: Logger): NonNullable<BetterAuthOptions['logger']> {
  return {
    level: 'warn',
    log(level, message, ...details: unknown[]) {
      const error = details.find((detail) => detail instanceof Error)
      log[level]({ part: 'auth', ...(error && { err: error }) }, message)
    },
  }
}

function hearFault(log: Logger, error: unknown): void {
  rememberFault(error)
  const isRefusal = (isAPIError(error) && error.statusCode < 500) || isBadValue(error)
  log[isRefusal ? 'debug' : 'error']({ part: 'auth', err: error }, 'auth request failed')
}
