import { createHash, timingSafeEqual } from 'node:crypto'
import { AppError } from '../errors.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Compared as digests, so that neither content nor length shows in the time it takes. */
export function requireSecret(given: string | undefined, expected: string): void {
  if (given !== undefined && timingSafeEqual(digest(given), digest(expected))) return
  throw new AppError('unauthenticated', {}, { message: 'The shared secret is missing or wrong.' })
}
