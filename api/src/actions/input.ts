import { z } from 'zod'
import { creditAmount } from '../credits/amounts.ts'
import { invalidInput, type AppError } from '../errors.ts'
import { usageAmount } from '../quotas/amounts.ts'

/** Shared pieces of action inputs. The `error` of a check is the `rule` that the caller reads. */
const MAXIMUM_KEY_LENGTH = 200
const MAXIMUM_IDENTIFIER_LENGTH = 100
const MAXIMUM_PATH_LENGTH = 500
const MAXIMUM_HOLD_SECONDS = 3600
const MAXIMUM_CONTEXT_CHARACTERS = 8_000

/** Everything below space but tab and line ends, and DEL. PostgreSQL cannot store NUL, prompts gain nothing from the rest. */
// eslint-disable-next-line no-control-regex -- naming them is the purpose
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** Half a surrogate pair is not text: PostgreSQL refuses it in jsonb. */
const LONE_SURROGATE = /\p{Surrogate}/u
/** The same two, as JSON.stringify writes them, however deep they stand. */
const ESCAPED_CONTROL = /(?<!\\)(?:\\\\)*\\(?:u0000|ud[89a-f])/i

export function text(maximumLength: number) {
  return z
    .string()
    .trim()
    .min(1, { error: 'not_empty' })
    .max(maximumLength, { error: `at_most_${maximumLength}_characters` })
    .refine((value) => !CONTROL_CHARACTERS.test(value) && !LONE_SURROGATE.test(value), {
      error: 'no_control_characters',
    })
}

/** GraphQL leaves an argument out or sends null; both mean "not given". */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? null)
}

export const identifier = text(MAXIMUM_IDENTIFIER_LENGTH)
export const idempotencyKey = text(MAXIMUM_KEY_LENGTH)
export const reservationId = z.uuid({ error: 'uuid' })
export const optionalAmount = optional(creditAmount)
export const holdSeconds = z
  .int({ error: 'integer' })
  .min(1, { error: 'at_least_1' })
  .max(MAXIMUM_HOLD_SECONDS, { error: `at_most_${MAXIMUM_HOLD_SECONDS}` })

/** A path of the web app: one slash at its beginning, so that it cannot name another host. */
export const returnPath = text(MAXIMUM_PATH_LENGTH).refine(
  (value) => /^\/(?![/\\])[^\\\s]*$/.test(value),
  { error: 'local_path' },
)

const MAXIMUM_QUOTA_LINES = 20

/** Meters beside credits; none at all is the same as leaving them out. */
export const quotaLines = optional(
  z
    .array(z.strictObject({ meter: identifier, amount: usageAmount }), { error: 'array' })
    .max(MAXIMUM_QUOTA_LINES, { error: `at_most_${MAXIMUM_QUOTA_LINES}_lines` }),
).transform((lines) => lines ?? [])

export const context = z
  .record(z.string(), z.unknown(), { error: 'object' })
  .refine((value) => JSON.stringify(value).length <= MAXIMUM_CONTEXT_CHARACTERS, {
    error: `at_most_${MAXIMUM_CONTEXT_CHARACTERS}_characters`,
  })
  .refine((value) => !ESCAPED_CONTROL.test(JSON.stringify(value)), {
    error: 'no_control_characters',
  })

/** The first problem as the public error; the `input` argument itself is not part of the field's name. */
export function describeInputProblem(error: z.ZodError): AppError {
  const issue = error.issues[0]
  if (!issue) return invalidInput('input', 'invalid')
  const path = issue.path[0] === 'input' ? issue.path.slice(1) : issue.path
  const field =
    issue.code === 'unrecognized_keys'
      ? [...path, issue.keys[0]].join('.')
      : path.join('.') || 'input'
  return invalidInput(field, ruleOf(issue))
}

function ruleOf(issue: z.core.$ZodIssue): string {
  if (/^[a-z0-9_]+$/.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') {
    return issue.input === undefined && issue.message.includes('undefined')
      ? 'required'
      : issue.expected
  }
  return issue.code
}
