import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSeeds } from '../../local/src/migrate/files.ts'
import { applySeeds } from '../../local/src/migrate/migrator.ts'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import { createTestDatabase } from '../../local/src/testing/index.ts'
import type { TestDatabase } from '../../local/src/testing/index.ts'
import type { Sql } from '../support/desk.ts'

let database: TestDatabase
let sql: Sql

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
  sql = database.sql({ max: 1 })
})
afterAll(() => database.drop())

test('plans and their monthly credits', async () => {
  expect([
    ...(await sql`
      select id, monthly_ai_credits::int as credits, overdraft_credits::float8 as overdraft,
        topup_allowed as topup
      from public.plans order by rank`),
  ]).toEqual([
    { id: 'free', credits: 10, overdraft: 2, topup: false },
    { id: 'pro', credits: 500, overdraft: 2, topup: true },
    { id: 'team', credits: 2000, overdraft: 2, topup: true },
  ])
})

test('packages of credits, and what they cost', async () => {
  expect([
    ...(await sql`
      select id, credits::int as credits, price_usd::float8 as price, is_best_value as best
      from public.credit_topup_packages order by rank`),
  ]).toEqual([
    { id: 'topup_1000', credits: 1000, price: 5, best: false },
    { id: 'topup_3000', credits: 3000, price: 15, best: false },
    { id: 'topup_6000', credits: 6000, price: 29, best: true },
  ])
})

test('levels and their multipliers', async () => {
  expect([
    ...(await sql`
      select id, credit_multiplier::int as multiplier from public.quality_levels order by rank`),
  ]).toEqual([
    { id: 'fast', multiplier: 1 },
    { id: 'enhanced', multiplier: 4 },
    { id: 'premium', multiplier: 10 },
  ])
})

test('estimates by capability and level', async () => {
  expect([
    ...(await sql`
      select capability_id as capability,
        array_agg(estimated_credits::float8 order by rank) as credits
      from public.ai_capability_quality_levels
      join public.quality_levels on id = quality_level_id
      group by capability_id order by 1`),
  ]).toEqual([
    { capability: 'question_generation', credits: [0.5, 2, 5] },
    { capability: 'testimonial_assembly', credits: [1, 4, 10] },
    { capability: 'testimonial_polish', credits: [0.5, 2, 5] },
  ])
})

test('rights and limits of the plans', async () => {
  const rows = await sql`
    select plan_id as plan, capability_id as capability,
      concat_ws('/', requests_per_minute, requests_per_hour, requests_per_day) as limits,
      array(
        select quality_level_id from public.plan_ai_capability_quality_levels as allowed
        join public.quality_levels as level on level.id = quality_level_id
        where allowed.plan_id = included.plan_id and allowed.capability_id = included.capability_id
        order by rank
      ) as levels
    from public.plan_ai_capabilities as included
    where is_enabled order by 1, 2`
  const all = ['question_generation', 'testimonial_assembly', 'testimonial_polish']
  expect([...rows]).toEqual([
    { plan: 'free', capability: all[0], limits: '5/10/50', levels: ['fast'] },
    ...all.map((capability) => ({
      plan: 'pro',
      capability,
      limits: '30/100/500',
      levels: ['fast', 'enhanced'],
    })),
    ...all.map((capability) => ({
      plan: 'team',
      capability,
      limits: '',
      levels: ['fast', 'enhanced', 'premium'],
    })),
  ])
})

test('seven models or more of three providers, each with one price now', async () => {
  const [row] = await sql`
    select count(*)::int as models, count(distinct provider)::int as providers,
      bool_and(
        (select count(*) from public.llm_model_prices as price
         where price.model_id = model.id and effective_from <= now() and effective_to is null) = 1
      ) as priced
    from public.llm_models as model where is_active`
  expect(row).toMatchObject({ providers: 3, priced: true })
  expect(row!.models).toBeGreaterThanOrEqual(7)
})

test('every right has a first model and another provider to fall back to', async () => {
  const rows = await sql`
    select allowed.plan_id
    from public.plan_ai_capability_quality_levels as allowed
    left join public.plan_quality_level_models as mapped using (plan_id, capability_id, quality_level_id)
    left join public.llm_models as model on model.id = mapped.model_id
    group by allowed.plan_id, capability_id, quality_level_id
    having count(distinct provider) < 2 or min(preference) <> 1`
  expect([...rows]).toEqual([])
})

test('seeds run at every start: they add what is missing and change nothing', async () => {
  const count = async () => {
    const [row] = await sql`
      select
        (select count(*) from public.plan_quality_level_models)::int as mappings,
        (select count(*) from public.llm_model_prices)::int as prices,
        (select price_usd_monthly::int from public.plans where id = 'pro') as price`
    return row!
  }
  const before = await count()
  await sql`update public.plans set price_usd_monthly = 49 where id = 'pro'`
  await applySeeds(sql, readSeeds(HASURA_PROJECT_DIRECTORY), () => undefined)
  expect(await count()).toEqual({ ...before, price: 49 })
})
