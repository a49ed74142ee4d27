import { detailNumber, detailText, type Failure } from '@/shared/failure.ts'
import type { FailureText } from '@/shared/failure-text.ts'

/** The part of vue-i18n's composer that is needed here. */
interface Translator {
  t(key: string, named?: Record<string, unknown>): string
  te(key: string): boolean
  n(value: number): string
}

/** Maps error codes to sentences: the one place that knows both. A code without a sentence shows the server's own. */
export function createFailureText({ t, te, n }: Translator): FailureText {
  return (problem: Failure) => {
    const seconds = detailNumber(problem, 'retry_after_seconds')
    const timed = seconds !== null && te(`errors.${problem.code}_timed`)
    const key = timed ? `errors.${problem.code}_timed` : `errors.${problem.code}`
    if (!te(key)) return problem.message || t('errors.unknown')
    return t(key, {
      seconds: seconds === null ? '' : n(seconds),
      required: credits(problem, 'required_credits', n),
      available: credits(problem, 'available_credits', n),
      plan: detailText(problem, 'unlocked_by_plan') ?? '',
      field: detailText(problem, 'field') ?? '',
      reason: detailText(problem, 'reason') ?? '',
    })
  }
}

function credits(problem: Failure, name: string, n: Translator['n']): string {
  const amount = detailNumber(problem, name)
  return amount === null ? '' : n(amount)
}
