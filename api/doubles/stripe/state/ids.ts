import { randomInt } from 'node:crypto'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Ids look like Stripe's, so that nothing is found to depend on another look. */
const LENGTHS: Record<string, number> = {
  cs_test: 58,
  evt: 24,
  ch: 24,
  pi: 24,
  pm: 24,
  in: 24,
  re: 24,
}
const DEFAULT_LENGTH = 14

export function newId(prefix: string): string {
  return `${prefix}_${randomText(LENGTHS[prefix] ?? DEFAULT_LENGTH)}`
}

export function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
