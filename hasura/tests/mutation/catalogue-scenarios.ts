import { setTimeout as delay } from 'node:timers/promises'
import { createOrganization } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { reserve } from '../support/operations.ts'
import { expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

/** A change of nothing, which makes the offers anew from their definition. */
const REFRESH = 'update public.plans set rank = rank where false'

const plansAreKept: Scenario = async (desk) => {
  await desk.admin.unsafe(REFRESH)
  const free = await createOrganization(desk, { plan: 'free' })
  const unpaid = await createOrganization(desk, { plan: 'pro' })
  await desk.admin`update public.org_plans set status = 'unpaid' where organization_id = ${unpaid}`
  const rows = await reserve(
    desk.api,
    { organization: free, capability: 'testimonial_polish' },
    { organization: free, level: 'premium' },
    { organization: unpaid },
    ...Array.from({ length: 6 }, () => ({ organization: free, amount: '0.01' })),
    { organization: free, amount: '0.001' },
    { organization: free, user: free },
    { organization: free, level: '' },
  )
  const outcomes = rows.map(({ outcome }) => outcome)
  return expectEqual('outcomes', outcomes, [
    'capability_not_in_plan',
    'quality_level_not_allowed',
    'subscription_inactive',
    ...Array.from({ length: 5 }, () => 'reserved'),
    'rate_limited',
    'invalid_amount',
    'unknown_user',
    'unknown_quality_level',
  ])
}

/** One change of each table that offers are made of; each changes what is offered. */
export const CATALOGUE_CHANGES = {
  plans: `
    insert into public.plans (id, name, description, rank, price_usd_monthly, monthly_ai_credits)
    values ('new', 'New', 'For tests.', 500, 0, 0)`,
  quality_levels: `update public.quality_levels set rank = 500 where id = 'fast'`,
  ai_capabilities: `update public.ai_capabilities set is_active = false`,
  ai_capability_quality_levels: `
    update public.ai_capability_quality_levels set estimated_credits = estimated_credits + 1`,
  plan_ai_capabilities: `update public.plan_ai_capabilities set requests_per_minute = 7`,
  plan_ai_capability_quality_levels: `
    insert into public.plan_ai_capability_quality_levels (plan_id, capability_id, quality_level_id)
    values ('free', 'question_generation', 'premium')`,
  llm_models: `update public.llm_models set is_active = false where id = 'openai/gpt-5-mini'`,
  plan_quality_level_models: `
    update public.plan_quality_level_models set preference = preference + 10
    where model_id = 'openai/gpt-5-mini'`,
}

class Undone extends Error {}

/** What is found in a transaction that leaves nothing behind. */
async function withoutTrace(desk: Desk, find: (sql: Sql) => Promise<string[]>): Promise<string[]> {
  let found: string[] = []
  const run = desk.admin.begin(async (sql) => {
    found = await find(sql as unknown as Sql)
    throw new Undone()
  })
  await run.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error
  })
  return found
}

const offersFollowTheCatalogue: Scenario = async (desk) => {
  const found: string[] = []
  for (const [table, statement] of Object.entries(CATALOGUE_CHANGES)) {
    found.push(
      ...(await withoutTrace(desk, async (sql) => {
        await sql.unsafe(statement)
        return expectEqual(table, await wrongOffers(sql), 0)
      })),
    )
  }
  return found
}

const offersEnd: Scenario = async (desk) =>
  withoutTrace(desk, async (sql) => {
    await sql.unsafe(CATALOGUE_CHANGES.plans)
    await sql`delete from public.plans where id = 'new'`
    return expectEqual('wrong offers', await wrongOffers(sql), 0)
  })

const offersFollowTheTime: Scenario = async (desk) =>
  withoutTrace(desk, async (sql) => {
    await sql`
      insert into public.ai_capability_quality_levels
      values ('question_generation', 'fast', 7, now() + interval '1 day', now() + interval '2 days')`
    const rows = await sql<{ credits: number }[]>`
      select offer.estimated_credits::float8 as credits
      from generate_series(0, 2) as days
      cross join lateral private.offer_at(
        'lab', 'question_generation', null, now() + interval '1 day' * days
      ) as offer
      order by days`
    return expectEqual(
      'estimates',
      rows.map(({ credits }) => credits),
      [0.5, 7, 0.5],
    )
  })

async function wrongOffers(sql: Sql): Promise<number> {
  return (await sql`select from private.verify_capability_offers()`).length
}

/** Two changes, neither of which sees the other until it is committed. */
const changesKnowOfEachOther: Scenario = async (desk) => {
  let second: Promise<unknown> = Promise.resolve()
  await desk.admin.begin(async (sql) => {
    await sql.unsafe(CATALOGUE_CHANGES.llm_models)
    let isDone = false
    second = desk.admin.unsafe(CATALOGUE_CHANGES.ai_capability_quality_levels).finally(() => {
      isDone = true
    })
    while (!isDone && !(await somebodyWaits(desk))) await delay(5)
  })
  await second
  const found = expectEqual('wrong offers', await wrongOffers(desk.admin), 0)
  await desk.admin`update public.llm_models set is_active = true where id = 'openai/gpt-5-mini'`
  await desk.admin`
    update public.ai_capability_quality_levels set estimated_credits = estimated_credits - 1`
  return found
}

async function somebodyWaits(desk: Desk): Promise<boolean> {
  const waiting = await desk.admin`
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  return waiting.length > 0
}

export const CATALOGUE_SCENARIOS = {
  plansAreKept,
  offersFollowTheCatalogue,
  offersEnd,
  offersFollowTheTime,
  changesKnowOfEachOther,
}
