import type { Output } from '../terminal/output.ts'
import { noTests, total } from './counts.ts'
import type { Counts, PartCounts } from './counts.ts'
import type { Stage, StageResult } from './stages.ts'

export interface FinishedStage {
  stage: Stage
  result: StageResult
}

/**
 * Prints the counts of each part and, as the last line, `N passed, N failed`. A stage that failed
 * without a failed test counts as one failure. True when nothing failed.
 */
export function summarize(finished: FinishedStage[], output: Output): boolean {
  const rows = Object.entries(countsByPart(finished))
  output.line('')
  output.table([
    ['part', 'passed', 'failed', 'skipped'],
    ...rows.map(([part, counts]) => [
      part,
      `${counts.passed}`,
      `${counts.failed}`,
      `${counts.skipped}`,
    ]),
  ])
  const sum = total(rows.map(([, counts]) => counts))
  output.line(`\n${sum.passed} passed, ${sum.failed} failed`)
  return sum.failed === 0
}

function countsByPart(finished: FinishedStage[]): PartCounts {
  const parts: Record<string, Counts> = {}
  for (const { stage, result } of finished) {
    const counted = Object.entries(result.counts ?? {})
    for (const [part, counts] of counted) {
      parts[part] = total([parts[part] ?? noTests(), counts])
    }
    const failedTests = total(counted.map(([, counts]) => counts)).failed
    if (!result.succeeded && failedTests === 0) {
      const part = (parts[stage.name] ??= noTests())
      part.failed += 1
    }
  }
  return parts
}
