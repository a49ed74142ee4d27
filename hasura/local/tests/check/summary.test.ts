import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { playwrightCounts, vitestCounts } from '../../src/check/counts.ts'
import type { StageResult } from '../../src/check/stages.ts'
import { summarize } from '../../src/check/summary.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-counts-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function report(content: unknown): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

function testFile(name: string, status: string, ...states: string[]) {
  return { name, status, assertionResults: states.map((state) => ({ status: state })) }
}

describe('vitestCounts', () => {
  const partOf = (file: string) => (file.includes('conformance') ? 'conformance' : 'engine')

  test('counts by part', () => {
    const file = report({
      testResults: [
        testFile('/core/a.test.ts', 'passed', 'passed', 'passed', 'skipped'),
        testFile('/core/b.test.ts', 'failed', 'failed', 'passed'),
        testFile('/conformance/c.test.ts', 'passed', 'passed'),
      ],
    })
    expect(vitestCounts(file, partOf)).toEqual({
      engine: { passed: 3, failed: 1, skipped: 1 },
      conformance: { passed: 1, failed: 0, skipped: 0 },
    })
  })

  test('a file that could not be loaded is a failure, whatever failed elsewhere', () => {
    const file = report({
      testResults: [testFile('/a.test.ts', 'failed', 'failed'), testFile('/b.test.ts', 'failed')],
    })
    expect(vitestCounts(file, partOf)).toEqual({ engine: { passed: 0, failed: 2, skipped: 0 } })
  })

  test('without a report there are no counts', () => {
    expect(vitestCounts(join(folder, 'none.json'), partOf)).toBeUndefined()
    expect(vitestCounts(report({ other: 1 }), partOf)).toBeUndefined()
  })
})

test('a flaky journey counts as failed', () => {
  const file = report({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 } })
  expect(playwrightCounts(file)).toEqual({ passed: 4, failed: 2, skipped: 2 })
})

describe('summarize', () => {
  function summary(results: Record<string, StageResult>) {
    const lines: string[] = []
    const isGreen = summarize(
      Object.entries(results).map(([name, result]) => ({
        stage: { name, purpose: '', lane: 'static', run: async () => result },
        result,
      })),
      {
        line: (text) => lines.push(...text.split('\n')),
        table: (rows) => lines.push(...rows.map((row) => row.join(' '))),
        done: () => undefined,
        note: () => undefined,
        problem: () => undefined,
      },
    )
    return { isGreen, last: lines.at(-1), lines }
  }
  const good = (part: string, passed: number): StageResult => ({
    succeeded: true,
    output: '',
    counts: { [part]: { passed, failed: 0, skipped: 0 } },
  })

  test('ends with the sums', () => {
    const { isGreen, last } = summary({ sql: good('sql', 5), api: good('api', 7) })
    expect({ isGreen, last }).toEqual({ isGreen: true, last: '12 passed, 0 failed' })
  })

  test('a failed stage without tests is one failure', () => {
    const { isGreen, last } = summary({
      lint: { succeeded: false, output: '' },
      types: { succeeded: true, output: '' },
      api: good('api', 7),
    })
    expect({ isGreen, last }).toEqual({ isGreen: false, last: '7 passed, 1 failed' })
  })

  test('a test stage that failed outside of its tests is one failure', () => {
    const { isGreen, lines } = summary({ api: { ...good('api', 7), succeeded: false } })
    expect(isGreen).toBe(false)
    expect(lines).toContain('api 7 1 0')
  })

  test('failed tests are counted once', () => {
    const counts = { api: { passed: 3, failed: 2, skipped: 0 } }
    expect(summary({ api: { succeeded: false, output: '', counts } }).last).toBe(
      '3 passed, 2 failed',
    )
  })
})
