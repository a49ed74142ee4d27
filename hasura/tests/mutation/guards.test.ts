import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readFunctions } from '../../local/src/functions/read-functions.ts'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import type { Guard } from './guard.ts'
import { GUARDS } from './guards.ts'
import { SCENARIOS } from './scenarios.ts'

/**
 * Takes one guard at a time out of the SQL of a scratch database, and shows that its scenario then
 * fails: a guard that nothing would miss is a guard that a later change can lose unnoticed.
 */
const SOURCES = new Map(
  readFunctions(HASURA_PROJECT_DIRECTORY).map((source) => [source.name, source.text]),
)

/** The statements that take a guard away and bring it back. */
function mutation(guard: Guard): { cut: string; restore: string } {
  if (guard.statement !== undefined) return { cut: guard.statement, restore: guard.undo ?? '' }
  const source = SOURCES.get(guard.in ?? '')
  if (!source?.includes(guard.cut ?? '\0')) throw new Error(`${guard.in} has no: ${guard.cut}`)
  const restore = source
    .replace('create function', 'create or replace function')
    .replaceAll('create trigger', 'create or replace trigger')
  return { cut: restore.replaceAll(guard.cut ?? '', guard.by ?? ''), restore }
}

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** What a scenario finds wrong; an error of the database is a finding as well. */
async function findings(scenario: keyof typeof SCENARIOS): Promise<string> {
  try {
    return (await SCENARIOS[scenario](desk)).join('\n')
  } catch (error) {
    return String(error)
  }
}

describe('without this guard its scenario fails:', () => {
  test.each(GUARDS)('$rule ($scenario)', async (guard) => {
    const { cut, restore } = mutation(guard)
    await desk.admin.unsafe(cut)
    const found = await findings(guard.scenario)
    await desk.admin.unsafe(restore)
    expect(found).not.toBe('')
  })
})

// Last: this also shows that every guard was brought back.
describe('with all guards', () => {
  test.each(Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[])('%s', async (scenario) => {
    expect(await findings(scenario)).toBe('')
  })
})
