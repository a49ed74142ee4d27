import { join } from 'node:path'
import { REPOSITORY_DIRECTORY, typescriptProgram } from '../processes/node-program.ts'
import type { Ports } from './ports.ts'
import type { Secrets } from './secrets.ts'
import type { ServerPart } from './server-part.ts'

export interface Urls {
  web: string
  api: string
  hasura: string
  model: string
  /** null: the real Stripe is used. */
  stripe: string | null
}

export interface PartsInput {
  ports: Ports
  secrets: Secrets
  /** Of the product's database, as the role of the api and of Hasura. */
  apiDatabaseUrl: string
  hasuraDatabaseUrl: string
  /** As an owner of the tables: the engine keeps its cron events and change notifications there. */
  metadataDatabaseUrl?: string
  logDirectory: string
  /** Where the Stripe double keeps its customers and subscriptions. */
  stripeStateFile: string
  environment: NodeJS.ProcessEnv
}

export type Parts = Record<'model' | 'stripe' | 'api' | 'hasura' | 'web', ServerPart>

/** Only the api speaks to providers, so only it is given their keys. */
const API_ONLY = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'OPENAI_COMPATIBLE_BASE_URL',
  'OPENAI_COMPATIBLE_API_KEY',
  'REALTIME_TOKEN_SECRET',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_API_BASE_URL',
]

/** Any test key will do: the double answers to all of them. */
const STRIPE_DOUBLE_KEY = 'sk_test_purser_offline_double'

/** A key set by hand means the real Stripe. */
export function usesStripeDouble(environment: NodeJS.ProcessEnv): boolean {
  return !environment['STRIPE_SECRET_KEY']
}

export function urlsOf(ports: Ports, environment: NodeJS.ProcessEnv): Urls {
  const url = (port: number) => `http://127.0.0.1:${port}`
  return {
    web: url(ports.web),
    api: url(ports.api),
    hasura: url(ports.hasura),
    model: url(ports.model),
    stripe: usesStripeDouble(environment) ? url(ports.stripe) : null,
  }
}

/** What every program of the stack may see: the person's environment without the secrets in it. */
export function plainEnvironment(
  environment: NodeJS.ProcessEnv,
  secrets: Secrets,
): NodeJS.ProcessEnv {
  const hidden = new Set([...Object.keys(secrets), ...API_ONLY, 'DATABASE_URL'])
  const visible = Object.entries(environment).filter(([name]) => !hidden.has(name))
  return { ...Object.fromEntries(visible), NODE_ENV: 'development' }
}

/** The environment of the api, which the seeding of demo users needs as well. */
export function apiEnvironment(input: PartsInput): NodeJS.ProcessEnv {
  const { environment, secrets, ports } = input
  const urls = urlsOf(ports, environment)
  const keys = Object.fromEntries(API_ONLY.map((name) => [name, environment[name]]))
  return {
    ...plainEnvironment(environment, secrets),
    ...keys,
    PURSER_API_PORT: `${ports.api}`,
    PURSER_API_PUBLIC_URL: urls.api,
    PURSER_WEB_URL: urls.web,
    API_DATABASE_URL: input.apiDatabaseUrl,
    BETTER_AUTH_SECRET: secrets.BETTER_AUTH_SECRET,
    ACTION_SECRET: secrets.ACTION_SECRET,
    CRON_SECRET: secrets.CRON_SECRET,
    HASURA_GRAPHQL_ENDPOINT: urls.hasura,
    MODEL_DOUBLE_URL: `${urls.model}/v1`,
    ...(urls.stripe !== null && {
      STRIPE_SECRET_KEY: STRIPE_DOUBLE_KEY,
      STRIPE_WEBHOOK_SECRET: secrets.STRIPE_DOUBLE_WEBHOOK_SECRET,
      STRIPE_API_BASE_URL: urls.stripe,
    }),
  }
}

export function defineParts(input: PartsInput): Parts {
  const { ports, secrets } = input
  const urls = urlsOf(ports, input.environment)
  const plain = plainEnvironment(input.environment, secrets)
  const part = (
    name: string,
    program: [folder: string, file: string, ...programArguments: string[]],
    healthUrl: string,
    environment: NodeJS.ProcessEnv,
  ): ServerPart => {
    const [folder, file, ...programArguments] = program
    const directory = join(REPOSITORY_DIRECTORY, folder)
    return {
      name,
      nodeArguments: typescriptProgram(join(directory, file), ...programArguments),
      directory,
      environment,
      healthUrl,
      logFile: join(input.logDirectory, `${name}.log`),
    }
  }
  return {
    model: part(
      'model',
      ['api', 'doubles/main.ts', '--port', `${ports.model}`],
      `${urls.model}/healthz`,
      plain,
    ),
    stripe: part(
      'stripe',
      ['api', 'doubles/stripe/main.ts', ...stripeArguments(input, urls)],
      `http://127.0.0.1:${ports.stripe}/healthz`,
      { ...plain, STRIPE_WEBHOOK_SECRET: secrets.STRIPE_DOUBLE_WEBHOOK_SECRET },
    ),
    api: part('api', ['api', 'src/main.ts'], `${urls.api}/readyz`, apiEnvironment(input)),
    hasura: part('hasura', ['hasura/engine', 'src/main.ts'], `${urls.hasura}/healthz`, {
      ...plain,
      ...hasuraEnvironment(input, urls),
    }),
    web: part('web', ['web', 'server/main.ts'], `${urls.web}/healthz`, {
      ...plain,
      PURSER_WEB_PORT: `${ports.web}`,
      API_URL: urls.api,
      HASURA_URL: urls.hasura,
    }),
  }
}

function stripeArguments(input: PartsInput, urls: Urls): string[] {
  const webhookUrl = `${urls.api}/webhooks/stripe`
  const port = `${input.ports.stripe}`
  return ['--port', port, '--webhook-url', webhookUrl, '--state', input.stripeStateFile]
}

function hasuraEnvironment(input: PartsInput, urls: Urls): NodeJS.ProcessEnv {
  const { secrets } = input
  return {
    PG_DATABASE_URL: input.hasuraDatabaseUrl,
    HASURA_GRAPHQL_METADATA_DATABASE_URL: input.metadataDatabaseUrl,
    HASURA_GRAPHQL_SERVER_PORT: `${input.ports.hasura}`,
    HASURA_GRAPHQL_SERVER_HOST: '127.0.0.1',
    HASURA_GRAPHQL_METADATA_DIR: join(REPOSITORY_DIRECTORY, 'hasura/metadata'),
    HASURA_GRAPHQL_ADMIN_SECRET: secrets.HASURA_GRAPHQL_ADMIN_SECRET,
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
      jwk_url: `${urls.api}/auth/.well-known/jwks.json`,
      issuer: urls.api,
      audience: 'hasura',
      claims_namespace: 'https://hasura.io/jwt/claims',
      claims_format: 'json',
    }),
    HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
    HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: 'false',
    HASURA_GRAPHQL_DEV_MODE: input.environment['HASURA_GRAPHQL_DEV_MODE'] ?? 'true',
    ACTION_BASE_URL: urls.api,
    ACTION_SECRET: secrets.ACTION_SECRET,
    CRON_SECRET: secrets.CRON_SECRET,
  }
}
