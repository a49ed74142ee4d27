import { z } from 'zod'

/**
 * An amount of a meter as a decimal string with at most four decimals, numeric(24,4) in the database.
 * Never a float: it is checked as text and bound as text. Which sign and size are allowed, the
 * database says, as it knows the meter.
 */
export type UsageAmount = string

const PLAIN_DECIMAL = /^-?\d{1,16}(?:\.(\d+))?$/
const MAXIMUM_DECIMALS = 4

type AmountProblem = 'not_a_number' | 'at_most_four_decimals'

function problemOf(text: string): AmountProblem | null {
  const match = PLAIN_DECIMAL.exec(text)
  if (!match) return 'not_a_number'
  const decimals = (match[1] ?? '').replace(/0+$/, '')
  return decimals.length > MAXIMUM_DECIMALS ? 'at_most_four_decimals' : null
}

/** For action inputs: a JSON number or a decimal string. The message of an issue is the rule's name. */
export const usageAmount = z
  .union([z.number(), z.string()], { error: 'not_a_number' })
  .transform((value, context): UsageAmount => {
    // String(number) is the shortest text that reads back as the same number, so 0.1 stays "0.1".
    const text = typeof value === 'number' ? String(value) : value.trim()
    const problem = problemOf(text)
    // One text for one number: amounts are part of what a replay is recognised by.
    if (problem === null) return text.includes('.') ? text.replace(/\.?0+$/, '') : text
    context.addIssue({ code: 'custom', message: problem })
    return z.NEVER
  })
