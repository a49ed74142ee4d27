import { z } from 'zod'

/**
 * An amount of credits as a decimal string with at most two decimals, `numeric(14,2)` in the
 * database. Never a float: it is checked as text and bound as text.
 */
export type CreditAmount = string

const INTEGER_DIGITS = 12
const PLAIN_DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

type AmountProblem = 'not_a_number' | 'not_negative' | 'at_most_two_decimals' | 'too_large'

/** The rule that the value breaks, or the amount in its plain form. */
export function parseAmount(
  value: number | string,
): { amount: CreditAmount } | { problem: AmountProblem } {
  // String(number) is the shortest text that reads back as the same number, so 0.1 stays "0.1".
  const text = typeof value === 'number' ? String(value) : value.trim()
  const match = PLAIN_DECIMAL.exec(text)
  if (!match) {
    // JavaScript writes very small and very large numbers with an exponent.
    if (typeof value === 'number' && Number.isFinite(value)) {
      if (value < 0) return { problem: 'not_negative' }
      return { problem: value < 1 ? 'at_most_two_decimals' : 'too_large' }
    }
    return { problem: 'not_a_number' }
  }
  const [, sign, integer = '', decimals = ''] = match
  const significantDecimals = decimals.replace(/0+$/, '')
  if (significantDecimals.length > 2) return { problem: 'at_most_two_decimals' }
  const significantInteger = integer.replace(/^0+(?=\d)/, '')
  if (significantInteger.length > INTEGER_DIGITS) return { problem: 'too_large' }
  const amount = significantDecimals
    ? `${significantInteger}.${significantDecimals}`
    : significantInteger
  if (sign === '-' && amount !== '0') return { problem: 'not_negative' }
  return { amount }
}

/** For action inputs: a JSON number or a decimal string. The message of an issue is the rule's name. */
export const creditAmount = z
  .union([z.number(), z.string()], { error: 'not_a_number' })
  .transform((value, context): CreditAmount => {
    const result = parseAmount(value)
    if ('amount' in result) return result.amount
    context.addIssue({ code: 'custom', message: result.problem })
    return z.NEVER
  })

/** A numeric of the database as the JSON number of an answer; two decimals survive exactly. */
export function toJsonNumber(numeric: string): number {
  return Number(numeric)
}
