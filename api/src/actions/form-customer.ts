import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Generation } from '../db/forms.ts'
import { AppError } from '../errors.ts'
import type { ActionCall, ActionServices } from './action.ts'
import { text } from './input.ts'

const MAXIMUM_TOKEN_LENGTH = 1_000
const MAXIMUM_CUSTOMER_LENGTH = 320

/** Who generates through a form, as the form says: any name by which it knows the customer again. */
export const formCustomer = z.strictObject({
  token: text(MAXIMUM_TOKEN_LENGTH),
  customer: text(MAXIMUM_CUSTOMER_LENGTH),
})

/** Refusals that speak of the organization's plan and credits, which are not its customers' business. */
const PRIVATE_REFUSALS = new Set([
  'insufficient_credits',
  'subscription_inactive',
  'capability_not_in_plan',
  'quality_level_not_allowed',
])

const PRIVATE_DETAILS = new Set(['available_credits', 'charged_credits'])

/**
 * Runs an operation for a customer of a form, at the form's organization's cost and within the limits
 * of the form. What has cost nothing does not count. The key is the customer's own: another customer
 * who sends the same one hears nothing of this answer.
 */
export async function generateForCustomer<Result extends object>(
  form: z.output<typeof formCustomer>,
  request: { capability: string; idempotencyKey: string },
  { services, log }: Pick<ActionCall<unknown>, 'services' | 'log'>,
  run: (customer: {
    organizationId: string
    idempotencyKey: string
    formId: string
  }) => Promise<Result>,
): Promise<Result & { generations_left: number }> {
  const generation = readGeneration(form, request, services)
  const { organizationId, formId, idempotencyKey } = generation
  const taken = await services.forms.take(generation)
  switch (taken.outcome) {
    case 'taken':
    case 'replayed':
      break
    case 'rate_limited':
      throw new AppError(
        'rate_limited',
        { rule: 'form', retry_after_seconds: taken.retry_after_seconds },
        { message: 'This form has been used often enough for now. Try again later.' },
      )
    case 'not_public':
      throw new AppError('not_allowed', { rule: 'not_public' })
    case 'unknown_form':
      throw new AppError('unauthenticated', {}, { message: 'This form is closed.' })
    default:
      throw new Error(`unknown outcome: ${String(taken.outcome satisfies never)}`)
  }
  try {
    const result = await run({ organizationId, formId, idempotencyKey })
    return { ...result, generations_left: taken.generations_left }
  } catch (error) {
    if (taken.outcome === 'taken' && isFree(error)) {
      await services.forms.giveBack(generation).catch((failure: unknown) => {
        log.warn({ err: failure }, 'generation of a form not given back')
      })
    }
    throw withoutPrivateFacts(error)
  }
}

function readGeneration(
  form: z.output<typeof formCustomer>,
  { capability, idempotencyKey }: { capability: string; idempotencyKey: string },
  { formTokens }: ActionServices,
): Generation {
  const token = formTokens.read(form.token)
  if (!token) throw new AppError('unauthenticated', {}, { message: 'The form is not known.' })
  const { organizationId, formId } = token
  const customerSha256 = digest([organizationId, formId, form.customer.toLowerCase()])
  const key = digest([formId, customerSha256.toString('hex'), idempotencyKey])
  return {
    ...token,
    capability,
    customerSha256,
    idempotencyKey: `form:${key.toString('hex')}`,
  }
}

function digest(parts: string[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

/** A customer who left has had an answer, or part of one, whatever the policy charged for it. */
function isFree(error: unknown): boolean {
  return !(error instanceof AppError && error.code === 'operation_abandoned')
}

function withoutPrivateFacts(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  if (PRIVATE_REFUSALS.has(error.code)) return new AppError('capability_disabled')
  const details = Object.fromEntries(
    Object.entries(error.details).filter(([name]) => !PRIVATE_DETAILS.has(name)),
  )
  return new AppError(error.code, details, { message: error.message, cause: error })
}
