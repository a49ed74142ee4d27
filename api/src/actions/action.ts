import type { z } from 'zod'
import type { Operations } from '../ai/operations.ts'
import type { FormTokens } from '../auth/form-token.ts'
import type { Billing } from '../billing/billing.ts'
import type { StripeInbox } from '../billing/stripe-inbox.ts'
import type { AccessQueries } from '../db/access.ts'
import type { Forms } from '../db/forms.ts'
import type { Ledger } from '../db/ledger.ts'
import type { Quotas } from '../db/quotas.ts'
import type { ServiceApiKeys } from '../db/service-api-keys.ts'
import type { Sessions } from '../db/sessions.ts'
import type { Logger } from '../observability.ts'
import type { RealtimeTokens } from '../sessions/realtime-token.ts'
import type { ActionSession } from './session.ts'

/** What an action may use. Built once in main.ts. */
export interface ActionServices {
  ledger: Ledger
  quotas: Quotas
  access: AccessQueries
  operations: Operations
  serviceApiKeys: ServiceApiKeys
  forms: Forms
  formTokens: FormTokens
  sessions: Sessions
  realtimeTokens: RealtimeTokens
  /** null: no key of Stripe is set, so nothing can be bought. */
  billing: Billing | null
  stripeInbox: StripeInbox | null
}

export interface ActionCall<Input> {
  input: Input
  session: ActionSession
  services: ActionServices
  log: Logger
}

export interface Action<Schema extends z.ZodType = z.ZodType> {
  /** The same word as the action in hasura/metadata/actions.yaml and the SQL function behind it. */
  name: string
  /** Of the action's arguments as Hasura sends them. */
  input: Schema
  /** Roles of actions.yaml, checked again: the secret proves Hasura, not what Hasura was told. */
  roles: readonly string[]
  run(call: ActionCall<z.output<Schema>>): Promise<object>
}

export function defineAction<Schema extends z.ZodType>(action: Action<Schema>): Action<Schema> {
  return action
}
