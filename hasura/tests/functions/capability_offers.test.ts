import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOrganization, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { catalogueChange } from '../support/catalogue-changes.ts'
import { reserve } from '../support/operations.ts'

/**
 * What requests read (private.capability_offers) beside its definition (private.capability_offer):
 * the same after any change of the catalogue, at any time, for any name.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 24)

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** Offers that are stored wrongly, and questions that are answered otherwise than by definition. */
async function differences(sql: Sql): Promise<unknown[]> {
  const stored = await sql`select * from private.verify_capability_offers()`
  const answers = await sql`
    with edge as (
      select effective_from as at from public.ai_capability_quality_levels
      union select effective_to from public.ai_capability_quality_levels
      union select effective_from from public.plan_quality_level_models
      union select effective_to from public.plan_quality_level_models
    ),
    moment as (
      (
        select at - before as at
        from edge cross join (values (interval '0'), ('1 microsecond')) as shift (before)
        where at is not null
        order by random()
        limit 6
      )
      union all
      select now()
    )
    select plan_id, capability_id, level_id, at, found, defined
    from moment
    cross join (select id as plan_id from public.plans union select unnest(array['none', null])) as plan
    cross join (select id as capability_id from public.ai_capabilities union select unnest(array['none', '', null]))
      as capability
    cross join (select id as level_id from public.quality_levels union select unnest(array['none', '', null]))
      as level
    cross join lateral private.offer_at(plan_id, capability_id, level_id, at) as found
    cross join lateral private.capability_offer(plan_id, capability_id, level_id, at) as defined
    where found is distinct from defined
    limit 5`
  return [...stored, ...answers]
}

const UNDONE = new Error('undone')

test(`${RUNS} random catalogues: offers are what the catalogue says, at any time`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(catalogueChange, { minLength: 4, maxLength: 12 }),
      async (statements) => {
        const run = desk.admin.begin(async (transaction) => {
          const sql = transaction as unknown as Sql
          for (const statement of statements) await sql.unsafe(statement)
          expect(await differences(sql)).toEqual([])
          throw UNDONE
        })
        await expect(run).rejects.toBe(UNDONE)
      },
    ),
    { numRuns: RUNS },
  )
})

const SWITCH_OFF = `update public.llm_models set is_active = false where id = 'openai/gpt-5-mini'`
const RAISE = `
  update public.ai_capability_quality_levels set estimated_credits = estimated_credits + 1
  where capability_id = 'question_generation'`

async function somebodyWaits(sql: Sql): Promise<void> {
  for (;;) {
    const [waiting] = await sql<{ count: number }[]>`
      select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (waiting!.count > 0) return
    await delay(5)
  }
}

/** Both statements, the second one begun while the first one is not committed. */
async function atOnce(
  desk: Desk,
  first: string,
  second: string,
  isolation: string,
): Promise<unknown> {
  const other = desk.database.sql({ max: 1 })
  let done: Promise<unknown> = Promise.resolve()
  await desk.admin.begin(async (sql) => {
    await sql.unsafe(first)
    done = other
      .begin(isolation, (waiting) => waiting.unsafe(second))
      .catch((error: unknown) => error)
    await somebodyWaits(desk.admin)
  })
  return done
}

test('changes at the same moment know of each other', async () => {
  await atOnce(desk, SWITCH_OFF, RAISE, 'isolation level read committed')
  expect(await differences(desk.admin)).toEqual([])
  const organization = await createOrganization(desk, { credits: '9' })
  const [row] = await reserve(desk.api, { organization, level: 'enhanced' })
  expect(row).toMatchObject({ outcome: 'reserved', amount_credits: '3.00' })
  expect(row!.model_id).not.toBe('openai/gpt-5-mini')
})

test('a transaction that cannot know of the other is refused (40001)', async () => {
  const refused = await atOnce(desk, RAISE, SWITCH_OFF, 'isolation level repeatable read')
  expect(refused).toMatchObject({ code: '40001' })
  expect(await differences(desk.admin)).toEqual([])
})

/** What was picked is gone meanwhile (23503), or rows were met in another order (40P01). */
function requireUsualRefusal(error: unknown): void {
  expect(['23503', '40P01']).toContain((error as { code?: string }).code)
}

/** Without TRUNCATE: a reader who waited for one sees the table empty, whatever else his snapshot has. */
const parallelChange = catalogueChange.filter((statement) => !statement.startsWith('truncate'))

test('parallel histories of changes leave the offers right, and readers see none half done', async () => {
  const writers = Array.from({ length: 3 }, () => desk.database.sql({ max: 1 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(parallelChange, { minLength: 1, maxLength: 4 }), {
        minLength: writers.length,
        maxLength: writers.length,
      }),
      async (histories) => {
        const writing = histories.map((statements, index) =>
          writers[index]!.begin(async (sql) => {
            for (const statement of statements) await sql.unsafe(statement)
          }).catch(requireUsualRefusal),
        )
        const reading = Array.from({ length: 3 }, () => differences(desk.admin))
        await Promise.all(writing)
        expect((await Promise.all(reading)).flat()).toEqual([])
        expect(await differences(desk.admin)).toEqual([])
      },
    ),
    { numRuns: Math.ceil(RUNS / 8), endOnFailure: true },
  )
})

test('without any offers stored the answers are the same, only slower', async () => {
  const organization = await createOrganization(desk, { plan: 'pro', credits: '9' })
  const ask = async (sql: Sql) => {
    const rows = await sql`
      select * from private.check_ai_access(${organization}, null, 'question_generation', null, null)`
    return [...rows]
  }
  await desk.admin
    .begin(async (transaction) => {
      const sql = transaction as unknown as Sql
      const before = await ask(sql)
      await sql`truncate private.capability_offers`
      expect(await ask(sql)).toEqual(before)
      throw UNDONE
    })
    .catch((error: unknown) => expect(error).toBe(UNDONE))
})
