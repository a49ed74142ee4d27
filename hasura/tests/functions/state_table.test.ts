import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { balanceOf, brokenRules, createOrganization, newKey, openDesk } from '../support/desk.ts'
import type { Balance, Desk } from '../support/desk.ts'
import { expire, extend, passTime, release, reserve, settle } from '../support/operations.ts'

/**
 * Every state of a reservation and everything that can happen to it, in one place. A reservation
 * of 4 of 10 credits; settled ones were settled with 3. `status` and the balance are afterwards.
 * A charge within its hold is in the ledger alone; what costs nothing, or is charged after the expiry,
 * is written to the hold: these are states of their own here.
 */
type Status = 'reserved' | 'settled' | 'released' | 'expired'
type State = Status | 'settled for nothing' | 'settled late'
type Act =
  'settle 3' | 'settle 2' | 'settle 0' | 'release' | 'extend' | 'expire' | 'replay' | 'conflict'

const OPEN = { posted: '10.00', reserved: '4.00' }
const FREE = { posted: '10.00', reserved: '0.00' }
const PAID_2 = { posted: '8.00', reserved: '0.00' }
const PAID_3 = { posted: '7.00', reserved: '0.00' }

const CELLS: [State, Act, outcome: string, status: Status, after: Partial<Balance>][] = [
  ['reserved', 'settle 3', 'settled', 'settled', PAID_3],
  ['reserved', 'settle 2', 'settled', 'settled', PAID_2],
  ['reserved', 'settle 0', 'settled', 'settled', FREE],
  ['reserved', 'release', 'released', 'released', FREE],
  ['reserved', 'extend', 'extended', 'reserved', OPEN],
  ['reserved', 'expire', '1 expired', 'expired', FREE],
  ['reserved', 'replay', 'replayed', 'reserved', OPEN],
  ['reserved', 'conflict', 'idempotency_conflict', 'reserved', OPEN],

  ['settled', 'settle 3', 'replayed', 'settled', PAID_3],
  ['settled', 'settle 2', 'idempotency_conflict', 'settled', PAID_3],
  ['settled', 'release', 'reservation_not_open', 'settled', PAID_3],
  ['settled', 'extend', 'reservation_not_open', 'settled', PAID_3],
  ['settled', 'expire', '0 expired', 'settled', PAID_3],
  ['settled', 'replay', 'replayed', 'settled', PAID_3],
  ['settled', 'conflict', 'idempotency_conflict', 'settled', PAID_3],

  ['settled for nothing', 'settle 3', 'idempotency_conflict', 'settled', FREE],
  ['settled for nothing', 'settle 0', 'replayed', 'settled', FREE],
  ['settled for nothing', 'release', 'reservation_not_open', 'settled', FREE],
  ['settled for nothing', 'extend', 'reservation_not_open', 'settled', FREE],
  ['settled for nothing', 'expire', '0 expired', 'settled', FREE],
  ['settled for nothing', 'replay', 'replayed', 'settled', FREE],
  ['settled for nothing', 'conflict', 'idempotency_conflict', 'settled', FREE],

  ['settled late', 'settle 3', 'replayed', 'settled', PAID_3],
  ['settled late', 'settle 2', 'idempotency_conflict', 'settled', PAID_3],
  ['settled late', 'release', 'reservation_not_open', 'settled', PAID_3],
  ['settled late', 'extend', 'reservation_not_open', 'settled', PAID_3],
  ['settled late', 'expire', '0 expired', 'settled', PAID_3],
  ['settled late', 'replay', 'replayed', 'settled', PAID_3],
  ['settled late', 'conflict', 'idempotency_conflict', 'settled', PAID_3],

  ['released', 'settle 3', 'reservation_not_open', 'released', FREE],
  ['released', 'settle 2', 'reservation_not_open', 'released', FREE],
  ['released', 'release', 'replayed', 'released', FREE],
  ['released', 'extend', 'reservation_not_open', 'released', FREE],
  ['released', 'expire', '0 expired', 'released', FREE],
  ['released', 'replay', 'replayed', 'released', FREE],
  ['released', 'conflict', 'idempotency_conflict', 'released', FREE],

  // The work may have been done although its hold has ended: it is still charged.
  ['expired', 'settle 3', 'settled', 'settled', PAID_3],
  ['expired', 'settle 2', 'settled', 'settled', PAID_2],
  ['expired', 'release', 'reservation_not_open', 'expired', FREE],
  ['expired', 'extend', 'reservation_not_open', 'expired', FREE],
  ['expired', 'expire', '0 expired', 'expired', FREE],
  ['expired', 'replay', 'replayed', 'expired', FREE],
  ['expired', 'conflict', 'idempotency_conflict', 'expired', FREE],
]

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(async () => {
  expect(await brokenRules(desk)).toEqual([])
  await desk.close()
})

interface Subject {
  organization: string
  key: string
  reservation: string
}

async function bring(state: State): Promise<Subject> {
  const organization = await createOrganization(desk, { credits: '10' })
  const key = newKey()
  const [row] = await reserve(desk.api, { organization, key, amount: '4' })
  const subject = { organization, key, reservation: row!.reservation_id }
  if (state === 'settled') await settle(desk.api, { ...subject, amount: '3' })
  if (state === 'released') await release(desk.api, subject)
  if (state === 'settled for nothing') await settle(desk.api, { ...subject, amount: '0' })
  if (state === 'expired' || state === 'settled late') {
    await passTime(desk.admin, subject.organization)
    await expire(desk.api)
  }
  if (state === 'settled late') await settle(desk.api, { ...subject, amount: '3' })
  return subject
}

async function act(subject: Subject, what: Act): Promise<string> {
  switch (what) {
    case 'settle 3':
    case 'settle 2':
    case 'settle 0':
      return (await settle(desk.api, { ...subject, amount: what.slice(-1) }))[0]!.outcome
    case 'release':
      return (await release(desk.api, subject))[0]!.outcome
    case 'extend':
      return (await extend(desk.api, { ...subject, seconds: 3600 }))[0]!.outcome
    case 'expire':
      await passTime(desk.admin, subject.organization)
      return `${(await expire(desk.api)).processed} expired`
    case 'replay':
      return (await reserve(desk.api, { ...subject, amount: '4' }))[0]!.outcome
    case 'conflict':
      return (await reserve(desk.api, { ...subject, amount: '5' }))[0]!.outcome
  }
}

describe('a reservation that is', () => {
  test.each(CELLS)(
    '%s: %s gives %s and is then %s',
    async (state, what, outcome, status, after) => {
      const subject = await bring(state)
      expect(await act(subject, what)).toBe(outcome)
      const [row] = await desk.admin`
      select status from public.credit_reservations where id = ${subject.reservation}`
      expect(row!.status).toBe(status)
      expect(await balanceOf(desk, subject.organization)).toMatchObject(after)
      // Once more changes nothing, whatever it answers.
      await act(subject, what)
      expect(await balanceOf(desk, subject.organization)).toMatchObject(after)
    },
  )
})
