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
