import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import {
  countAttempt,
  forgetAttempt,
  forgetAttempts,
  removeOldAttempts,
  type AttemptRule,
} from '../db/attempts.ts'
import { AppError } from '../errors.ts'

/** Guessing one password: ten wrong ones a minute, from wherever they come. */
const BY_ACCOUNT: AttemptRule = { maximum: 10, windowSeconds: 60 }
/** Guessing many accounts from one place. Only failures stay counted, so an office may sign in at once. */
const BY_ADDRESS: AttemptRule = { maximum: 60, windowSeconds: 60 }
const CLEAN_UP_EVERY_ATTEMPTS = 200

/**
 * Guards sign-in against guessing. Every attempt is counted before the password is looked at, so
 * parallel guesses count too, and taken back when the password was right.
 */
export function createSignInGuard(sql: Database) {
  let attempts = 0

  async function cleanUp(): Promise<void> {
    attempts += 1
    if (attempts % CLEAN_UP_EVERY_ATTEMPTS !== 0) return
    await removeOldAttempts(sql, BY_ACCOUNT.windowSeconds + BY_ADDRESS.windowSeconds)
  }

  return async function guarded(
    email: string,
    address: string,
    signIn: () => Promise<Response>,
  ): Promise<Response> {
    const accountKey = `sign-in account ${digest(email.trim().toLowerCase())}`
    const addressKey = `sign-in address ${address}`
    const byAddress = await countAttempt(sql, addressKey, BY_ADDRESS)
    if (!byAddress.allowed) throw tooMany(byAddress.retryAfterSeconds)
    const byAccount = await countAttempt(sql, accountKey, BY_ACCOUNT)
    if (!byAccount.allowed) throw tooMany(byAccount.retryAfterSeconds)
    await cleanUp()

    const response = await signIn()
    if (response.ok) {
      await forgetAttempts(sql, accountKey)
      await forgetAttempt(sql, addressKey)
    }
    return response
  }
}

/** Addresses of people do not belong into a table of counters. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function tooMany(retryAfterSeconds: number): AppError {
  return new AppError(
    'rate_limited',
    { retry_after_seconds: retryAfterSeconds },
    { message: 'Too many sign-in attempts. Wait a moment.' },
  )
}
