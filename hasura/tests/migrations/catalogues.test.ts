import { afterAll, expect, test } from 'vitest'
import { readCatalogues } from '../../local/src/migrate/files.ts'
import { prepareDatabase } from '../../local/src/migrate/prepare-database.ts'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { createTestDatabase } from '../../local/src/testing/index.ts'
import type { TestDatabase } from '../../local/src/testing/index.ts'

const databases: TestDatabase[] = []
afterAll(() => Promise.all(databases.map((database) => database.drop())))

async function databaseWith(catalogue: string | undefined) {
  const database = await createTestDatabase({ migrated: false })
  databases.push(database)
  const prepare = (name: string | undefined) =>
    prepareDatabase({
      databaseUrl: database.url,
      projectDirectory: HASURA_PROJECT_DIRECTORY,
      passwords: {},
      reset: false,
      catalogue: name,
      report: () => undefined,
    })
  await prepare(catalogue)
  return { sql: database.sql({ max: 1 }), prepare }
}

/** What a plan includes of the meters that are counted; null is unlimited. */
async function included(sql: ReturnType<TestDatabase['sql']>) {
  const rows = await sql<{ plan: string; meter: string; period: string; amount: number | null }[]>`
    select plan.name as plan, limits.meter_id as meter, limits.period,
      limits.limit_amount::float8 as amount
    from public.plan_meter_limits as limits
    join public.plans as plan on plan.id = limits.plan_id
    join public.meters as meter on meter.id = limits.meter_id
    where meter.is_active
    order by plan.rank, limits.meter_id`
  return rows.map(({ plan, meter, period, amount }) => `${plan}: ${amount} ${meter}/${period}`)
}

const gibibyte = 1024 ** 3
const plansOf: Record<string, string[]> = {
  testimonials: [],
  voice: [
    'Free: 10 session_minutes/month',
    'Basic: 100 session_minutes/month',
    'Pro: 500 session_minutes/month',
  ],
  letters: [
    'Free: 5 emails/month',
    'Free: 5 letters/month',
    'Free: 0 mails/month',
    'Premium: 100 emails/month',
    'Premium: 100 letters/month',
    'Premium: 3 mails/month',
    'Enterprise: null emails/month',
    'Enterprise: null letters/month',
    'Enterprise: 10 mails/month',
  ],
  platform: [
    'Free: 0 agent_minutes/month',
    'Free: 1000 llm_tokens/day',
    `Free: ${gibibyte} storage_bytes/none`,
    'Basic: 60 agent_minutes/month',
    'Basic: 50000 llm_tokens/day',
    `Basic: ${10 * gibibyte} storage_bytes/none`,
    'Pro: null agent_minutes/month',
    'Pro: null llm_tokens/day',
    'Pro: null storage_bytes/none',
  ],
}

test('each catalogue of the folder is known here', () => {
  const names = [...readCatalogues(HASURA_PROJECT_DIRECTORY).keys()]
  expect(names).toEqual(Object.keys(plansOf).sort())
})

test.each(Object.entries(plansOf))('catalogue %s counts its meters only', async (name, plans) => {
  const { sql } = await databaseWith(name)
  expect(await included(sql)).toEqual(plans)
})

test('the seeds that run at the next start leave a catalogue as it is', async () => {
  const { sql, prepare } = await databaseWith('letters')
  await prepare(undefined)
  expect(await included(sql)).toEqual(plansOf['letters'])
  const [plan] =
    await sql`select name, rollover_credits::int as rollover from public.plans where id = 'team'`
  expect(plan).toEqual({ name: 'Enterprise', rollover: 10 })
})

test('a catalogue over the plans of another is refused, and changes nothing', async () => {
  const { sql, prepare } = await databaseWith('voice')
  await expect(prepare('letters')).rejects.toThrow('the database has its plans already')
  expect(await included(sql)).toEqual(plansOf['voice'])
})

test('a name that is none is answered with those that there are', async () => {
  await expect(databaseWith('shop')).rejects.toThrow(
    'there is no catalogue "shop": choose one of letters, platform, testimonials, voice',
  )
})
