import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { brokenRules, createOrganization, newKey, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { release, reserve, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

describe('idempotency', () => {
  test('the same key and request gives the first reservation again (replayed)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const request = { organization, amount: '3', key: newKey(), context: { input: 'a' } }
    const [first] = await reserve(desk.api, request)
    const [again] = await reserve(desk.api, { ...request, seconds: 600 })
    expect(again).toMatchObject({
      outcome: 'replayed',
      replayed: true,
      reservation_id: first!.reservation_id,
      status: 'reserved',
      expires_at: first!.expires_at,
      available_credits: '2.00',
    })
  })

  test.each([
    { amount: '3.01' },
    { amount: null },
    { level: 'enhanced' },
    { capability: 'testimonial_polish' },
    { context: { input: 'b' } },
    { context: null },
  ])('the same key with another request: %o (idempotency_conflict)', async (change) => {
    const organization = await createOrganization(desk, { credits: '5' })
    const request = { organization, amount: '3', key: newKey(), context: { input: 'a' } }
    await reserve(desk.api, request)
    const [row] = await reserve(desk.api, { ...request, ...change })
    expect(row).toMatchObject({ outcome: 'idempotency_conflict', reservation_id: null })
  })

  test('a replay answers what became of the reservation, whatever the plan says now', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const requests = ['a', 'b'].map(() => ({ organization, amount: '1', key: newKey() }))
    const rows = await reserve(desk.api, ...requests)
    await settle(desk.api, { organization, reservation: rows[0]!.reservation_id, amount: '1' })
    await release(desk.api, { organization, reservation: rows[1]!.reservation_id })
    await desk.admin`update public.org_plans set status = 'unpaid' where organization_id = ${organization}`
    const again = await reserve(desk.api, ...requests)
    expect(again.map((row) => [row.outcome, row.status])).toEqual([
      ['replayed', 'settled'],
      ['replayed', 'released'],
    ])
  })

  test('a key belongs to its organization', async () => {
    const key = newKey()
    const organizations = [
      await createOrganization(desk, { credits: '5' }),
      await createOrganization(desk, { credits: '5' }),
    ]
    const rows = await reserve(
      desk.api,
      ...organizations.map((organization) => ({ organization, key, amount: '1' })),
    )
    expect(rows.map((row) => row.outcome)).toEqual(['reserved', 'reserved'])
    expect(rows[0]!.reservation_id).not.toBe(rows[1]!.reservation_id)
  })

  test('a denial is not stored: the key can be used again', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const key = newKey()
    const [denied] = await reserve(desk.api, { organization, key, amount: '6' })
    const [accepted] = await reserve(desk.api, { organization, key, amount: '4' })
    expect([denied!.outcome, accepted!.outcome]).toEqual(['insufficient_credits', 'reserved'])
  })
})

describe('batches', () => {
  test('first come, first served when the items together exceed the balance', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const rows = await reserve(
      desk.api,
      ...['3', '3', '2', '0.01'].map((amount) => ({ organization, amount })),
    )
    expect(rows.map((row) => row.outcome)).toEqual([
      'reserved',
      'insufficient_credits',
      'reserved',
      'insufficient_credits',
    ])
    expect(rows.map((row) => row.available_credits)).toEqual(['2.00', '2.00', '0.00', '0.00'])
  })

  test('the same key twice is one reservation, or a conflict', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const key = newKey()
    const rows = await reserve(
      desk.api,
      { organization, key, amount: '6' },
      { organization, key, amount: '4' },
      { organization, key, amount: '4' },
      { organization, key, amount: '1' },
    )
    expect(rows.map((row) => row.outcome)).toEqual([
      'insufficient_credits',
      'reserved',
      'replayed',
      'idempotency_conflict',
    ])
    expect(rows[2]!.reservation_id).toBe(rows[1]!.reservation_id)
  })

  test('answers in the order of the items, whatever their organizations', async () => {
    const organizations = [
      await createOrganization(desk, { credits: '1' }),
      await createOrganization(desk),
    ]
    const items = [1, 0, 1, 0].map((index) => ({
      organization: organizations[index]!,
      amount: '1',
    }))
    const rows = await reserve(desk.api, ...items)
    expect(rows.map((row) => [row.item, row.outcome])).toEqual([
      [1, 'insufficient_credits'],
      [2, 'reserved'],
      [3, 'insufficient_credits'],
      [4, 'insufficient_credits'],
    ])
  })

  test('an empty batch is no rows; unequal arrays (LG001) and too many items (LG002) are misuse', async () => {
    expect(await reserve(desk.api)).toHaveLength(0)
    const organization = await createOrganization(desk)
    await expect(
      desk.api`select from private.release_credits(array[${organization}]::uuid[], '{}', '{}')`,
    ).rejects.toMatchObject({ code: 'LG001' })
    await expect(
      reserve(desk.api, ...Array.from({ length: 1001 }, () => ({ organization }))),
    ).rejects.toMatchObject({ code: 'LG002' })
  })
})
