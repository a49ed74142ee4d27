import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { clockedAt } from '../support/jobs.ts'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

const LEASE_SECONDS = 120

async function receive(id: string, sql = desk.api) {
  const [row] = await sql<{ outcome: string; status: string; attempts: number }[]>`
    select * from private.receive_stripe_event(
      ${id}, 'invoice.paid', null, now(), 'in_1', '{"id": "x"}', ${LEASE_SECONDS})`
  return row!
}

async function finish(id: string, attempts: number, status: string, maximum = 12, sql = desk.api) {
  const [row] = await sql<{ status: string | null }[]>`
    select private.finish_stripe_event(
      ${id}, ${attempts}, ${status}, null, '{}', ${status === 'failed' ? 'why' : null}, ${maximum}
    ) as status`
  return row!.status
}

const claim = (sql = desk.api) => sql<{ id: string; attempts: number }[]>`
  select id, attempts from private.claim_stripe_events(1000, ${LEASE_SECONDS})`

const claimed = async (id: string, sql = desk.api) =>
  (await claim(sql)).filter((event) => event.id === id)

describe('receive_stripe_event', () => {
  test('of parallel deliveries one handles the event, the others find it busy, later ones done', async () => {
    const id = newKey()
    const rows = await Promise.all(Array.from({ length: 16 }, () => receive(id)))
    expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual([
      ...Array.from({ length: 15 }, () => 'busy'),
      'claimed',
    ])
    expect(await finish(id, 1, 'applied')).toBe('applied')
    expect(await receive(id)).toMatchObject({ outcome: 'done', status: 'applied', attempts: 1 })
    const [event] = await desk.admin`select deliveries from public.stripe_events where id = ${id}`
    expect(event).toMatchObject({ deliveries: 17 })
  })

  test('a delivery of what failed is handled at once, without waiting for its next attempt', async () => {
    const id = newKey()
    await receive(id)
    await finish(id, 1, 'failed')
    expect(await claimed(id)).toEqual([])
    expect(await receive(id)).toMatchObject({ outcome: 'claimed', attempts: 2 })
  })
})

describe('claim_stripe_events', () => {
  test('finds what a crash left behind when its lease has ended, and one caller gets it', async () => {
    const id = newKey()
    await receive(id)
    expect(await claimed(id)).toEqual([])
    await desk.admin`
      update public.stripe_events set lease_expires_at = now() - interval '1 second' where id = ${id}`
    const found = await Promise.all(Array.from({ length: 8 }, () => claimed(id)))
    expect(found.flat()).toEqual([{ id, attempts: 2 }])
  })

  test('whoever lost its lease writes nothing', async () => {
    const id = newKey()
    await receive(id)
    await desk.admin`
      update public.stripe_events set lease_expires_at = now() - interval '1 second' where id = ${id}`
    await claimed(id)
    expect(await finish(id, 1, 'failed')).toBeNull()
    expect(await finish(id, 2, 'applied')).toBe('applied')
    expect(await finish(id, 2, 'failed')).toBeNull()
  })
})

describe('finish_stripe_event', () => {
  test('what fails is due later each time, and dead after the last attempt', async () => {
    const id = newKey()
    const at = '2026-05-01T00:00:00Z'
    const sql = await clockedAt(desk, at)
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 12; attempt++) {
      await receive(id, sql)
      const status = await finish(id, attempt, 'failed', 12, sql)
      if (attempt === 12) {
        expect(status).toBe('dead')
        break
      }
      const [row] = await sql<{ seconds: number }[]>`
        select extract(epoch from next_attempt_at - ${at}::timestamptz)::int as seconds
        from public.stripe_events where id = ${id}`
      pauses.push(row!.seconds)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 21_600])
    expect(await receive(id, sql)).toMatchObject({ outcome: 'done', status: 'dead' })
  })
})

describe('replay_stripe_event', () => {
  const replay = (id: string) => desk.api<{ outcome: string; attempts: number }[]>`
    select outcome, attempts from private.replay_stripe_event(${id}, ${LEASE_SECONDS})`

  test('takes what is dead, applied or ignored once more', async () => {
    const id = newKey()
    await receive(id)
    expect(await finish(id, 1, 'failed', 1)).toBe('dead')
    expect(await replay(id)).toEqual([{ outcome: 'claimed', attempts: 1 }])
    expect(await replay(id)).toMatchObject([{ outcome: 'busy' }])
    expect(await finish(id, 1, 'applied')).toBe('applied')
    expect(await replay(id)).toMatchObject([{ outcome: 'claimed' }])
  })

  test('knows no event that never came', async () => {
    expect(await replay('evt_none')).toEqual([])
  })
})

describe('clean_stripe_events', () => {
  const clean = async (days: number, limit = 1000, sql = desk.api) => {
    const [row] = await sql<{ processed: number; remaining: boolean }[]>`
      select processed, remaining from private.clean_stripe_events(${days}, ${limit})`
    return row!
  }
  /** Finished so many days ago, whenever Stripe made it. */
  async function finished(status: string, days: number): Promise<string> {
    const id = newKey()
    await receive(id)
    await finish(id, 1, status, status === 'dead' ? 1 : 12)
    await desk.admin`
      update public.stripe_events
      set created_at = now() - interval '500 days', received_at = now() - interval '500 days',
        applied_at = applied_at - make_interval(days => ${days}::int)
      where id = ${id}`
    return id
  }
  const kept = async (ids: string[]) => {
    const rows = await desk.admin<{ id: string }[]>`
      select id from public.stripe_events where id = any (${ids}) order by id`
    return rows.map(({ id }) => id)
  }

  test('deletes what was applied or ignored longer ago, in batches, and nothing that is open', async () => {
    const old = [await finished('applied', 401), await finished('ignored', 401)]
    const others = [
      await finished('applied', 399),
      await finished('ignored', 399),
      await finished('failed', 401),
      await finished('dead', 401),
    ]
    const untouched = newKey()
    await receive(untouched)
    await desk.admin`
      update public.stripe_events set received_at = now() - interval '500 days'
      where id = ${untouched}`
    expect(await clean(400, 1)).toEqual({ processed: 1, remaining: true })
    expect(await clean(400, 1)).toEqual({ processed: 1, remaining: true })
    expect(await clean(400, 1)).toEqual({ processed: 0, remaining: false })
    expect(await kept(old)).toEqual([])
    expect(await kept([...others, untouched])).toEqual([...others, untouched].toSorted())
  })

  test('what is replayed counts from then', async () => {
    const id = await finished('applied', 401)
    await desk.api`select from private.replay_stripe_event(${id}, ${LEASE_SECONDS})`
    expect(await clean(400)).toEqual({ processed: 0, remaining: false })
    await finish(id, 1, 'applied')
    expect(await clean(400)).toEqual({ processed: 0, remaining: false })
  })

  test('passes over what somebody is at, and two runners delete each once', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => finished('applied', 401)))
    await desk.admin.begin(async (sql) => {
      await sql`select from public.stripe_events where id = ${ids[0]!} for no key update`
      const runs = await Promise.all([clean(400, 10), clean(400, 10)])
      const late = await clean(400)
      expect(runs[0].processed + runs[1].processed + late.processed).toBe(19)
      expect(await kept(ids)).toEqual([ids[0]])
    })
  })

  test('keeps what Stripe may still deliver again (LG003)', async () => {
    await expect(clean(29)).rejects.toMatchObject({ code: 'LG003' })
    await expect(desk.api`select from private.clean_stripe_events(null, 1)`).rejects.toMatchObject({
      code: 'LG003',
    })
  })
})
