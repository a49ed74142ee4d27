import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createOrganization, grant, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { clockedAt } from '../support/jobs.ts'
import { hold, setClock, settle } from '../support/operations.ts'

let desk: Desk
let sql: Sql
beforeAll(async () => {
  desk = await openDesk({ at: new Date('2026-05-01T00:00:00Z') })
  sql = await clockedAt(desk, '2026-05-01T00:00:00Z')
})
beforeEach(() => setClock(sql, new Date('2026-05-01T00:00:00Z')))
afterAll(() => desk.close())

async function postedAt(organization: string, at: string): Promise<string | undefined> {
  const [row] = await sql<{ posted_credits: string }[]>`
    select posted_credits from public.balance_at(${organization}, ${at}::text::timestamptz)`
  return row?.posted_credits
}

describe('balance_at', () => {
  test('answers every moment of a long history as a plain search does', async () => {
    const [organization, neighbour] = [
      await createOrganization(desk),
      await createOrganization(desk),
    ]
    for (let day = 1; day <= 28; day += 1) {
      await setClock(sql, new Date(Date.UTC(2026, 4, day, 12)))
      await grant({ api: sql }, organization, { amount: '3' })
      await grant({ api: sql }, neighbour, { amount: '1' })
      const reservation = await hold(sql, organization, '1')
      await settle(sql, { organization, reservation, amount: '0.5' })
    }
    for (let hour = 0; hour < 29 * 24; hour += 5) {
      const at = new Date(Date.UTC(2026, 4, 1, hour)).toISOString()
      const [row] = await desk.admin<{ posted: string }[]>`
        select balance_after_credits as posted from public.credit_transactions
        where organization_id = ${organization} and event_at <= ${at}::text::timestamptz
        order by sequence desc limit 1`
      expect(await postedAt(organization, at)).toBe(row?.posted)
    }
  })

  test('has no row before the first one, and none of nobody', async () => {
    const organization = await createOrganization(desk, { credits: '1' })
    expect(await postedAt(organization, '2026-04-30T23:59:59Z')).toBeUndefined()
    expect(await postedAt(organization, '2026-05-01T00:00:00Z')).toBe('1.00')
    expect(await postedAt(randomUUID(), '2026-05-01T00:00:00Z')).toBeUndefined()
  })
})

describe('clean_idempotency', () => {
  const clean = (hours: number, limit: number) =>
    desk.api<{ processed: number; remaining: boolean }[]>`
      select processed, remaining from private.clean_idempotency(${hours}, ${limit})`

  test('deletes answers past the retention in parallel batches, each once', async () => {
    await desk.admin`
      insert into public.ai_operation_results (organization_id, reservation_id, output, created_at)
      select gen_random_uuid(), uuidv7(at - clock_timestamp()), '{}', at
      from generate_series(timestamptz '2026-04-01', '2026-04-30 23:00:00', interval '1 hour') as at`
    const runs = await Promise.all(Array.from({ length: 20 }, () => clean(24, 50)))
    const deleted = runs.flat().reduce((sum, { processed }) => sum + processed, 0)
    const [left] = await desk.admin<{ count: number; oldest: Date }[]>`
      select count(*)::int as count, min(created_at) as oldest from public.ai_operation_results`
    expect(deleted + left!.count).toBe(30 * 24)
    expect(left).toEqual({ count: 24, oldest: new Date('2026-04-30T00:00:00Z') })
  })

  test('refuses a retention that breaks the promise of a day (LG003)', async () => {
    await expect(clean(23, 10)).rejects.toMatchObject({ code: 'LG003' })
  })
})

describe('estimation_accuracy', () => {
  test('shows mean and median variance by capability and level', async () => {
    const organization = await createOrganization(desk, { credits: '100' })
    for (const amount of ['1', '2', '6']) {
      const reservation = await hold(sql, organization, '2')
      await settle(sql, { organization, reservation, amount })
    }
    const rows = await desk.admin`
      select capability_id, quality_level_id, settlements::int, mean_variance_credits as mean,
        median_variance_credits as median
      from public.credit_estimation_accuracy where organization_id = ${organization}`
    expect(rows).toEqual([
      {
        capability_id: 'question_generation',
        quality_level_id: 'fast',
        settlements: 3,
        mean: '1.00',
        median: '0.00',
      },
    ])
    expect(await desk.admin`select from public.estimation_accuracy`).not.toHaveLength(0)
  })
})
