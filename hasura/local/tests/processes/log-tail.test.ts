import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logTail } from '../../src/processes/log-tail.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-log-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the last lines of a log are shown, long ones in part', () => {
  const file = join(folder, 'part.log')
  writeFileSync(file, `first\nsecond\n${'x'.repeat(2000)}\nlast\n`)
  expect(logTail(file, 3).split('\n')).toEqual(['second', `${'x'.repeat(500)}…`, 'last'])
})

test('a log that does not exist is empty', () => {
  expect(logTail(join(folder, 'none.log'), 3)).toBe('')
})
