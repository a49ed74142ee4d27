import { createHmac } from 'node:crypto'
import { z } from 'zod'

const DEVELOPMENT_PORT = 3000

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const secret = z.string().min(16, 'must have at least 16 characters')
const emptyAsAbsent = (value: unknown) => (value === '' ? undefined : value)
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(emptyAsAbsent, schema.optional())

const loopbackUrl = url.refine(
  (text) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname),
  'must be on this machine: it is for the Stripe double',
)

const environmentSchema = z.object({
  PURSER_API_PORT: optional(z.coerce.number().int().min(0).max(65535)),
  PURSER_API_HOST: optional(z.string()),
  API_DATABASE_URL: z.string().min(1),
  PURSER_API_PUBLIC_URL: optional(url),
  PURSER_WEB_URL: optional(url),
  BETTER_AUTH_SECRET: z.string().min(32, 'must have at least 32 characters'),
  ACTION_SECRET: secret,
  CRON_SECRET: secret,
  FORM_TOKEN_SECRET: optional(z.string().min(32, 'must have at least 32 characters')),
  REALTIME_TOKEN_SECRET: optional(z.string().min(32, 'must have at least 32 characters')),
  OPENAI_API_KEY: optional(z.string()),
  ANTHROPIC_API_KEY: optional(z.string()),
  GOOGLE_GENERATIVE_AI_API_KEY: optional(z.string()),
  OPENAI_BASE_URL: optional(url),
  ANTHROPIC_BASE_URL: optional(url),
  GOOGLE_GENERATIVE_AI_BASE_URL: optional(url),
  OPENAI_COMPATIBLE_BASE_URL: optional(url),
  OPENAI_COMPATIBLE_API_KEY: optional(z.string()),
  MODEL_DOUBLE_URL: optional(url),
  STRIPE_SECRET_KEY: optional(
    z
      .string()
      .regex(/^(sk|rk)_(test|live)_/, 'must begin with sk_test_, sk_live_, rk_test_ or rk_live_'),
  ),
  STRIPE_WEBHOOK_SECRET: optional(z.string().min(16, 'must have at least 16 characters')),
  STRIPE_API_BASE_URL: optional(loopbackUrl),
  PURSER_TRUSTED_PROXIES: optional(z.string()),
  LOG_LEVEL: optional(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])),
})

export interface ProviderSettings {
  openaiApiKey: string | undefined
  anthropicApiKey: string | undefined
  googleApiKey: string | undefined
  /** Instead of the provider's own address: a gateway or a proxy that speaks its protocol. */
  openaiBaseUrl: string | undefined
  anthropicBaseUrl: string | undefined
  googleBaseUrl: string | undefined
  compatibleBaseUrl: string | undefined
  compatibleApiKey: string | undefined
  /** Base URL of the offline OpenAI-compatible double; never set in production. */
  doubleUrl: string | undefined
}

export interface StripeSettings {
  secretKey: string
  /** Signs what Stripe sends; from the webhook endpoint, or from `stripe listen`. */
  webhookSecret: string
  /** The double instead of api.stripe.com; on this machine and with test keys only. */
  apiBaseUrl: string | undefined
}

export interface OperationLimits {
  holdSeconds: number
  extendEveryMilliseconds: number
  modelTimeoutMilliseconds: number
  /** How long a duplicate of a running operation waits for the first. */
  duplicateWaitMilliseconds: number
}

export interface Config {
  port: number
  host: string
  databaseUrl: string
  publicUrl: string
  webUrl: string | undefined
  authSecret: string
  actionSecret: string
  cronSecret: string
  /** Signs the tokens of public forms. */
  formTokenSecret: string
  /** Signs admissions to the voice service, which knows it too. */
  realtimeTokenSecret: string
  providers: ProviderSettings
  /** undefined: nothing can be bought, everything else works. */
  stripe: StripeSettings | undefined
  operations: OperationLimits
  /** Proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  logLevel: string
}

/** Measured from the action's time limit in hasura/metadata/actions.yaml (120 s): two models and the waits fit in. */
const operationLimits: OperationLimits = {
  holdSeconds: 120,
  extendEveryMilliseconds: 45_000,
  modelTimeoutMilliseconds: 40_000,
  duplicateWaitMilliseconds: 60_000,
}

/** Reads the environment once; a missing or wrong variable ends the start with its name and the reason. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The environment is not complete:\n  ${reasons.join('\n  ')}`)
  }
  const env = parsed.data
  const port = env.PURSER_API_PORT ?? DEVELOPMENT_PORT
  return {
    port,
    host: env.PURSER_API_HOST ?? '127.0.0.1',
    databaseUrl: env.API_DATABASE_URL,
    publicUrl: env.PURSER_API_PUBLIC_URL ?? `http://127.0.0.1:${port}`,
    webUrl: env.PURSER_WEB_URL,
    authSecret: env.BETTER_AUTH_SECRET,
    actionSecret: env.ACTION_SECRET,
    cronSecret: env.CRON_SECRET,
    formTokenSecret: env.FORM_TOKEN_SECRET ?? derivedSecret(env.BETTER_AUTH_SECRET, 'form tokens'),
    realtimeTokenSecret:
      env.REALTIME_TOKEN_SECRET ?? derivedSecret(env.BETTER_AUTH_SECRET, 'realtime tokens'),
    providers: {
      openaiApiKey: env.OPENAI_API_KEY,
      anthropicApiKey: env.ANTHROPIC_API_KEY,
      googleApiKey: env.GOOGLE_GENERATIVE_AI_API_KEY,
      openaiBaseUrl: env.OPENAI_BASE_URL,
      anthropicBaseUrl: env.ANTHROPIC_BASE_URL,
      googleBaseUrl: env.GOOGLE_GENERATIVE_AI_BASE_URL,
      compatibleBaseUrl: env.OPENAI_COMPATIBLE_BASE_URL,
      compatibleApiKey: env.OPENAI_COMPATIBLE_API_KEY,
      doubleUrl: env.MODEL_DOUBLE_URL,
    },
    stripe: stripeSettingsOf(env),
    operations: operationLimits,
    trustedProxies: (env.PURSER_TRUSTED_PROXIES ?? '127.0.0.1,::1').split(',').filter(Boolean),
    logLevel: env.LOG_LEVEL ?? 'info',
  }
}

/** Half a setting would take money without hearing of it, or talk to the wrong Stripe. */
function stripeSettingsOf(env: z.output<typeof environmentSchema>): StripeSettings | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = env
  if (secretKey === undefined) return undefined
  if (webhookSecret === undefined) {
    throw new Error('STRIPE_WEBHOOK_SECRET is missing: without it no payment would be credited.')
  }
  if (env.STRIPE_API_BASE_URL !== undefined && !secretKey.startsWith('sk_test_')) {
    throw new Error(
      'STRIPE_API_BASE_URL is for the Stripe double: use it with a key sk_test_ only.',
    )
  }
  return { secretKey, webhookSecret, apiBaseUrl: env.STRIPE_API_BASE_URL }
}

/** A secret for one purpose, from which the one it was made of cannot be found. */
function derivedSecret(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('hex')
}
