import { createHash } from 'node:crypto'
import { StripeRefusal } from './errors.ts'

/** Stripe forgets keys after a day at the earliest. */
const KEPT_SECONDS = 24 * 60 * 60
const KEY_LENGTH_LIMIT = 255

export interface KeptAnswer {
  status: number
  body: string
  requestId: string
}

interface Entry {
  fingerprint: string
  address: string
  at: number
  answer: KeptAnswer | null
}

export interface Idempotency {
  /** The answer to give again, or null: then this request runs, and ends with `keep` or `forget`. */
  begin(key: string, address: string, body: string): KeptAnswer | null
  keep(key: string, answer: KeptAnswer): void
  /** A request that was refused before it ran may be sent again with other parameters. */
  forget(key: string): void
  reset(): void
  entries(): [string, Entry][]
  restore(entries: [string, Entry][]): void
}

export function createIdempotency(now: () => number): Idempotency {
  let kept = new Map<string, Entry>()
  return {
    begin(key, address, body) {
      if (key.length > KEY_LENGTH_LIMIT) {
        throw idempotencyError(
          400,
          `The idempotency key may have at most ${KEY_LENGTH_LIMIT} characters.`,
        )
      }
      const fingerprint = createHash('sha256').update(`${address}\n${body}`).digest('hex')
      const entry = kept.get(key)
      if (!entry || now() - entry.at > KEPT_SECONDS) {
        kept.set(key, { fingerprint, address, at: now(), answer: null })
        return null
      }
      if (entry.address !== address) {
        throw idempotencyError(
          400,
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${address}' vs '${entry.address}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        )
      }
      if (entry.fingerprint !== fingerprint) {
        throw idempotencyError(
          400,
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        )
      }
      if (!entry.answer) {
        throw idempotencyError(
          409,
          `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
          'idempotency_key_in_use',
        )
      }
      return entry.answer
    },
    keep(key, answer) {
      const entry = kept.get(key)
      if (entry) entry.answer = answer
    },
    forget(key) {
      kept.delete(key)
    },
    reset() {
      kept = new Map()
    },
    entries: () =>
      [...kept].filter(([, { answer, at }]) => answer !== null && now() - at <= KEPT_SECONDS),
    restore(entries) {
      kept = new Map(entries)
    },
  }
}

function idempotencyError(status: number, message: string, code?: string): StripeRefusal {
  return new StripeRefusal(status, {
    type: 'idempotency_error',
    message,
    ...(code ? { code } : {}),
  })
}
