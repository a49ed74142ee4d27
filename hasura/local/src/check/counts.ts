import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Counts under the name of the part that the final table shows them for. */
export type PartCounts = Record<string, Counts>

const vitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
})

/**
 * The counts in a report of vitest's json reporter, by part: `partOf` names the part of a test
 * file. A file that could not be loaded counts as one failure, as it hides its tests.
 */
export function vitestCounts(
  reportFile: string,
  partOf: (testFile: string) => string,
): PartCounts | undefined {
  const report = readReport(reportFile, vitestSchema)
  if (!report) return undefined
  const counts: PartCounts = {}
  for (const file of report.testResults) {
    const part = (counts[partOf(file.name)] ??= noTests())
    const states = file.assertionResults.map((test) => test.status)
    const failed = states.filter((state) => state === 'failed').length
    const passed = states.filter((state) => state === 'passed').length
    part.passed += passed
    part.skipped += states.length - passed - failed
    part.failed += file.status === 'failed' ? Math.max(failed, 1) : failed
  }
  return counts
}

const playwrightSchema = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
})

/** The counts in a report of Playwright's json reporter. */
export function playwrightCounts(reportFile: string): Counts | undefined {
  const report = readReport(reportFile, playwrightSchema)
  if (!report) return undefined
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

export function noTests(): Counts {
  return { passed: 0, failed: 0, skipped: 0 }
}

export function total(counts: Counts[]): Counts {
  return counts.reduce(
    (sum, part) => ({
      passed: sum.passed + part.passed,
      failed: sum.failed + part.failed,
      skipped: sum.skipped + part.skipped,
    }),
    noTests(),
  )
}

function readReport<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): z.infer<Schema> | undefined {
  if (!existsSync(file)) return undefined
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data : undefined
}
