import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createMember,
  createOrganization,
  newKey,
  openDesk,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { expire, passTime, release, settle } from '../support/operations.ts'
import {
  brokenUsage,
  consume,
  counterOf,
  reserveWithQuotas,
  setCap,
  setLimit,
  settleWithQuotas,
} from '../support/quotas.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await setLimit(desk, { limit: '10' })
  await setLimit(desk, { meter: 'llm_tokens', period: 'day', limit: '1000' })
  await setLimit(desk, { meter: 'storage_bytes', period: 'none', limit: '100' })
})
afterEach(async () => {
  expect(await brokenUsage(desk)).toEqual([])
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

const LETTERS = (amount: string) => ({ meter: 'letters', amount })
const TOKENS = (amount: string) => ({ meter: 'llm_tokens', amount })

async function held(organization: string, ...quotas: { meter: string; amount: string }[]) {
  const [row] = await reserveWithQuotas(desk.api, { organization, amount: '2', quotas })
  expect(row!.outcome).toBe('reserved')
  return row!.reservation_id
}

describe('all or nothing', () => {
  test('credits and lines are held together', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    await held(organization, LETTERS('4'), TOKENS('600'))
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 4 })
    expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '2.00' })
    // What is in flight counts: nobody takes it twice.
    const [used] = await consume(desk.api, { organization, amount: '7' })
    expect(used).toMatchObject({ outcome: 'quota_exceeded', decision: { used: 0, held: 4 } })
  })

  test('a line that does not fit leaves no hold of credits, nor of another line', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const [row] = await reserveWithQuotas(desk.api, {
      organization,
      quotas: [LETTERS('11'), TOKENS('5')],
    })
    expect(row).toMatchObject({
      outcome: 'quota_exceeded',
      reservation_id: null,
      available_credits: '5.00',
      decision: { meter: 'letters', limit: 10 },
    })
    expect(await counterOf(desk, organization, { meter: 'llm_tokens' })).toEqual({
      used: 0,
      held: 0,
    })
    expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '0.00' })
  })

  test('credits that do not suffice hold no meter', async () => {
    const organization = await createOrganization(desk, { credits: '1' })
    const [row] = await reserveWithQuotas(desk.api, {
      organization,
      amount: '2',
      quotas: [LETTERS('1')],
    })
    expect(row!.outcome).toBe('insufficient_credits')
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 0 })
  })

  test('a batch: one item is refused, those beside it are not', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const rows = await reserveWithQuotas(
      desk.api,
      ...['6', '6', '4'].map((amount) => ({ organization, quotas: [LETTERS(amount)] })),
    )
    expect(rows.map(({ outcome }) => outcome)).toEqual(['reserved', 'quota_exceeded', 'reserved'])
    expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '2.00' })
  })

  test('a cap of the member counts (member_cap_exceeded)', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const user = await createMember(desk, organization)
    await setCap(desk, organization, user, { limit: '3' })
    const rows = await reserveWithQuotas(
      desk.api,
      { organization, user, quotas: [LETTERS('2')] },
      { organization, user, quotas: [LETTERS('2')] },
    )
    expect(rows.map(({ outcome }) => outcome)).toEqual(['reserved', 'member_cap_exceeded'])
  })

  test('lines that are none are refused (invalid_quotas)', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const cases = [
      [],
      [LETTERS('0')],
      [LETTERS('-1')],
      [LETTERS('1'), LETTERS('1')],
      [{ meter: 'nothing', amount: '1' }],
      [{ meter: 'storage_bytes', amount: '-1' }],
    ]
    const rows = await reserveWithQuotas(
      desk.api,
      ...cases.map((quotas) => ({ organization, quotas })),
    )
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['invalid_quotas']))
  })

  test('replay answers the first hold; other lines under the key conflict', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const request = { organization, key: newKey(), quotas: [LETTERS('6')] }
    const rows = [
      ...(await reserveWithQuotas(desk.api, request)),
      ...(await reserveWithQuotas(desk.api, request)),
      ...(await reserveWithQuotas(desk.api, { ...request, quotas: [LETTERS('5')] })),
    ]
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'reserved',
      'replayed',
      'idempotency_conflict',
    ])
    expect(rows[1]!.reservation_id).toBe(rows[0]!.reservation_id)
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 6 })
  })
})

describe('a reservation that ends', () => {
  test('settled without amounts: what was held is booked', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const reservation = await held(organization, LETTERS('4'), TOKENS('10'))
    await settle(desk.api, { organization, reservation, amount: '1' })
    expect(await counterOf(desk, organization)).toEqual({ used: 4, held: 0 })
    const rows = await desk.admin`
      select meter_id, amount::int, source from public.usage_ledger
      where organization_id = ${organization} order by meter_id`
    expect(rows).toEqual([
      { meter_id: 'letters', amount: 4, source: 'settled' },
      { meter_id: 'llm_tokens', amount: 10, source: 'settled' },
    ])
  })

  test('settled with amounts: those are booked, also less, none, or more than was held', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const reservation = await held(organization, LETTERS('4'), TOKENS('10'), {
      meter: 'storage_bytes',
      amount: '7',
    })
    const item = {
      organization,
      reservation,
      amount: '1',
      quotas: [LETTERS('0'), TOKENS('2500')],
    }
    const rows = [
      ...(await settleWithQuotas(desk.api, item)),
      ...(await settleWithQuotas(desk.api, item)),
      ...(await settleWithQuotas(desk.api, { ...item, quotas: [LETTERS('1')] })),
    ]
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'settled',
      'replayed',
      'idempotency_conflict',
    ])
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 0 })
    expect(await counterOf(desk, organization, { meter: 'llm_tokens', period: 'day' })).toEqual({
      used: 2500,
      held: 0,
    })
    expect(await counterOf(desk, organization, { meter: 'storage_bytes', period: 'none' })).toEqual(
      { used: 7, held: 0 },
    )
  })

  test('what was held beyond a limit and not used starts no grace period', async () => {
    await setLimit(desk, { meter: 'emails', limit: '10', graceSeconds: 3600 })
    const organization = await createOrganization(desk, { credits: '9' })
    const emails = { meter: 'emails', amount: '12' }
    const overLimit = async () => {
      const [row] = await desk.admin`
        select over_limit_at is not null as is_over from public.quota_usages
        where organization_id = ${organization} and meter_id = 'emails' and period = 'month'`
      return row!['is_over'] as boolean
    }
    const reservation = await held(organization, emails)
    expect(await overLimit()).toBe(true)
    const quotas = [{ meter: 'emails', amount: '0' }]
    await settleWithQuotas(desk.api, { organization, reservation, amount: '1', quotas })
    expect(await overLimit()).toBe(false)
  })

  test('a settlement that is refused leaves the lines as they were', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const reservation = await held(organization, LETTERS('4'))
    const item = { organization, reservation, amount: '1', quotas: [LETTERS('1')] }
    const rows = [
      ...(await settleWithQuotas(desk.api, { ...item, amount: '0.001' })),
      ...(await settleWithQuotas(desk.api, { ...item, quotas: [TOKENS('1')] })),
      ...(await settleWithQuotas(desk.api, { ...item, quotas: [LETTERS('-1')] })),
      ...(await settleWithQuotas(desk.api, { ...item, reservation: crypto.randomUUID() })),
    ]
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      'invalid_amount',
      'invalid_quotas',
      'invalid_quotas',
      'reservation_not_found',
    ])
    await settle(desk.api, { organization, reservation, amount: '1' })
    expect(await counterOf(desk, organization)).toEqual({ used: 4, held: 0 })
  })

  test('released: the lines are free again', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const reservation = await held(organization, LETTERS('10'))
    await release(desk.api, { organization, reservation })
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 0 })
    await held(organization, LETTERS('10'))
  })

  test('expired: given back, and still booked by a settlement that comes late', async () => {
    const organization = await createOrganization(desk, { credits: '9' })
    const reservation = await held(organization, LETTERS('10'))
    await passTime(desk.admin, organization, reservation)
    await expire(desk.api, 100)
    expect(await counterOf(desk, organization)).toEqual({ used: 0, held: 0 })
    await settle(desk.api, { organization, reservation, amount: '1' })
    expect(await counterOf(desk, organization)).toEqual({ used: 10, held: 0 })
  })
})
