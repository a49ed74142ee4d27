import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { extend, hold, release } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

const NOTHING = '00000000-0000-4000-8000-000000000000'

describe('release_credits', () => {
  test('gives the whole hold back and keeps the reason', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2')
    const [row] = await release(desk.api, { organization, reservation, reason: 'timeout' })
    expect(row).toMatchObject({
      outcome: 'released',
      status: 'released',
      released_credits: '2.00',
      available_credits: '5.00',
      replayed: false,
    })
    const [result] = await desk.api`
      select status, release_reason, output from private.operation_result(${organization}, ${reservation})`
    expect(result).toEqual({ status: 'released', release_reason: 'timeout', output: null })
  })

  test('twice in a batch gives back once', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const first = await hold(desk.api, organization, '2')
    const second = await hold(desk.api, organization, '1')
    const rows = await release(
      desk.api,
      { organization, reservation: first },
      { organization, reservation: first },
      { organization, reservation: second },
    )
    expect(rows.map((row) => [row.outcome, row.available_credits])).toEqual([
      ['released', '4.00'],
      ['replayed', '4.00'],
      ['released', '5.00'],
    ])
    expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '0.00' })
  })

  test("not what is another organization's or nobody's (reservation_not_found)", async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const other = await createOrganization(desk, { credits: '5' })
    const foreign = await hold(desk.api, other, '2')
    const rows = await release(
      desk.api,
      { organization, reservation: foreign },
      { organization, reservation: NOTHING },
    )
    expect(rows.map((row) => row.outcome)).toEqual([
      'reservation_not_found',
      'reservation_not_found',
    ])
    expect(await balanceOf(desk, other)).toMatchObject({ reserved: '2.00' })
  })
})

describe('extend_reservations', () => {
  test('moves the end of the hold, 5 minutes from now unless told, and never back', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2', 60)
    const ends: number[] = []
    for (const seconds of [null, 3600, 10]) {
      const [row] = await extend(desk.api, { organization, reservation, seconds })
      expect(row).toMatchObject({ outcome: 'extended', amount_credits: '2.00' })
      ends.push(row!.expires_at.getTime() - Date.now())
    }
    expect(ends[0]).toBeGreaterThan(290_000)
    expect(ends[1]).toBeGreaterThan(3_590_000)
    expect(ends[2]).toBeGreaterThan(3_590_000)
  })

  test('at most a day from now', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2', 10_000_000)
    const [row] = await extend(desk.api, { organization, reservation, seconds: 10_000_000 })
    expect(row!.expires_at.getTime() - Date.now()).toBeLessThanOrEqual(86_400_000)
  })

  test("not what is another organization's or nobody's (reservation_not_found)", async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const other = await createOrganization(desk, { credits: '5' })
    const foreign = await hold(desk.api, other, '2')
    const rows = await extend(
      desk.api,
      { organization, reservation: foreign, seconds: 60 },
      { organization, reservation: NOTHING, seconds: 60 },
    )
    expect(rows.map((row) => row.outcome)).toEqual([
      'reservation_not_found',
      'reservation_not_found',
    ])
  })
})
