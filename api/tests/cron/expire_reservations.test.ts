import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CRON_SECRET, startTestApi, type TestApi } from '../support/api.ts'
import { balanceOf, brokenInvariants, createOrganization } from '../support/organizations.ts'
import { reservationOf, serviceCalls } from '../support/service-calls.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

const { reserve, call } = serviceCalls(() => api)

interface Delivery {
  name?: string
  route?: string
  secret?: string
}

async function trigger(
  scheduledTime: string,
  delivery: Delivery = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { name = 'expire_reservations', secret = CRON_SECRET } = delivery
  const route = delivery.route ?? name
  const response = await fetch(`${api.url}/cron/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-cron-secret': secret },
    body: JSON.stringify({ id: randomUUID(), name, scheduled_time: scheduledTime, payload: {} }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** A hold whose time is over: its expiry is moved into the past instead of waiting for it. */
async function overdueHold() {
  const organization = await createOrganization(api.sql)
  const reservation = reservationOf(await reserve(organization))
  await api.sql`
    update private.credit_holds set expires_at = now() - interval '1 minute'
    where id = ${reservation}`
  await api.sql`
    update public.organization_credit_balances set next_hold_expires_at = '-infinity'
    where organization_id = ${organization.id}`
  return { organization, reservation }
}

test('ends overdue holds and nothing else, and records the run', async () => {
  const { organization, reservation } = await overdueHold()
  const other = await createOrganization(api.sql)
  await reserve(other)

  const { status, body } = await trigger('2026-11-22T10:05:00Z')
  expect(status).toBe(200)
  expect(body).toMatchObject({ job: 'expire_reservations', ran: true, processed: 1, failed: 0 })
  expect(await balanceOf(api.sql, organization.id)).toMatchObject({ posted: 2000, reserved: 0 })
  expect(await balanceOf(api.sql, other.id)).toMatchObject({ reserved: 3 })
  const [run] = await api.sql`
    select processed, failed, summary from public.job_runs
    where run_key = 'expire_reservations 2026-11-22T10:05:00.000Z'`
  expect(run).toMatchObject({ processed: 1, failed: 0, summary: { remaining: false } })
  expect(await brokenInvariants(api.sql)).toEqual([])

  // The work was done all the same: a late settle still charges.
  const late = await call(organization, 'settle_credits', {
    reservation_id: reservation,
    amount_credits: 1,
  })
  expect(late.body).toMatchObject({ status: 'settled', charged_credits: 1 })
})

test('runs once for one scheduled time, also when it is delivered many times at once', async () => {
  await overdueHold()
  const deliveries = await Promise.all(
    Array.from({ length: 6 }, () => trigger('2026-11-22T10:06:00Z')),
  )
  expect(deliveries.every(({ status }) => status === 200)).toBe(true)
  expect(deliveries.filter(({ body }) => body['ran'] === true)).toHaveLength(1)
})

describe('a trigger is refused', () => {
  test('with a wrong secret (unauthenticated)', async () => {
    const { status, body } = await trigger('2026-11-22T10:07:00Z', { secret: 'wrong' })
    expect([status, body['extensions']]).toEqual([401, { code: 'unauthenticated' }])
  })

  test('for a job that does not exist (not_found)', async () => {
    expect((await trigger('2026-11-22T10:07:00Z', { name: 'rob_bank' })).status).toBe(404)
  })

  test('for another job than the route says (invalid_input)', async () => {
    const options = { name: 'rob_bank', route: 'expire_reservations' }
    expect((await trigger('2026-11-22T10:07:00Z', options)).status).toBe(400)
  })

  test('without a scheduled time (invalid_input)', async () => {
    expect((await trigger('soon')).status).toBe(400)
  })
})
