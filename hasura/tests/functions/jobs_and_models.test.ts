import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOrganization, newKey, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { setClock } from '../support/operations.ts'

const START = Date.parse('2026-03-01T12:00:00Z')

let desk: Desk
let clocked: Sql

beforeAll(async () => {
  desk = await openDesk({ at: new Date(START) })
  clocked = desk.database.sql({ as: 'api', max: 1 })
})
afterAll(() => desk.close())

describe('job runs', () => {
  async function start(key: string, sql: Sql = clocked) {
    const [row] = await sql<{ run_id: string; is_started: boolean }[]>`
      select * from private.start_job_run('expire_reservations', ${key}, now())`
    return row!
  }

  async function finish(id: string) {
    const [row] = await clocked<{ finished: boolean }[]>`
      select private.finish_job_run(${id}, 7, 1, ${clocked.json({ note: 'x' })}) as finished`
    return row!.finished
  }

  test('of all deliveries of a run one has it', async () => {
    const key = newKey()
    const runs = await Promise.all(Array.from({ length: 8 }, () => start(key, desk.api)))
    expect(runs.filter((run) => run.is_started)).toHaveLength(1)
    expect((await start(key)).is_started).toBe(false)
  })

  test('a finished run keeps its summary and is never taken again', async () => {
    const key = newKey()
    await setClock(clocked, new Date(START))
    const { run_id: id } = await start(key)
    await setClock(clocked, new Date(START + 1500))
    expect(await finish(id)).toBe(true)
    expect(await finish(id)).toBe(false)
    const [row] = await desk.admin`
      select processed, failed, duration_milliseconds, summary from public.job_runs where id = ${id}`
    expect(row).toEqual({
      processed: 7,
      failed: 1,
      duration_milliseconds: 1500,
      summary: { note: 'x' },
    })
    await setClock(clocked, new Date(START + 3_600_000))
    expect(await start(key)).toEqual({ run_id: id, is_started: false })
  })

  test('a run whose process died is taken over after ten minutes', async () => {
    const key = newKey()
    await setClock(clocked, new Date(START))
    const first = await start(key)
    await setClock(clocked, new Date(START + 600_000))
    expect((await start(key)).is_started).toBe(false)
    await setClock(clocked, new Date(START + 600_001))
    expect(await start(key)).toEqual({ ...first, is_started: true })
  })
})

describe('models_for', () => {
  async function models(organization: string, level: string): Promise<string[]> {
    const rows = await desk.api<{ model_id: string }[]>`
      select * from private.models_for(${organization}, 'question_generation', ${level})`
    return rows.map((row) => row.model_id)
  }

  test('in order of preference, those that are active', async () => {
    const organization = await createOrganization(desk, { plan: 'team' })
    const all = await models(organization, 'premium')
    expect(all).toEqual(['openai/gpt-5', 'anthropic/claude-sonnet-4-5', 'google/gemini-2.5-pro'])
    await desk.admin`update public.llm_models set is_active = false where id = 'openai/gpt-5'`
    expect(await models(organization, 'premium')).toEqual(all.slice(1))
    await desk.admin`update public.llm_models set is_active = true`
  })

  test('none for a level that the plan does not allow, or for nobody', async () => {
    const organization = await createOrganization(desk, { plan: 'free' })
    expect(await models(organization, 'premium')).toEqual([])
    expect(await models('00000000-0000-4000-8000-000000000000', 'fast')).toEqual([])
  })

  test('a mapping applies from its moment on', async () => {
    const organization = await createOrganization(desk, { plan: 'pro' })
    await desk.admin`
      insert into public.plan_quality_level_models
        (plan_id, capability_id, quality_level_id, preference, model_id, effective_from)
      values
        ('pro', 'question_generation', 'fast', 1, 'openai/gpt-5-mini', ${new Date(START)}),
        ('pro', 'question_generation', 'fast', 2, 'openai/gpt-5', ${new Date(START + 1)})`
    expect((await models(organization, 'fast')).slice(0, 2)).toEqual([
      'openai/gpt-5-mini',
      'openai/gpt-5-nano',
    ])
  })
})
