import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenRules, createMember, createOrganization, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expire, release, settle } from '../support/operations.ts'
import {
  brokenUsage,
  consume,
  record,
  reserveWithQuotas,
  setCap,
  setLimit,
  settleWithQuotas,
} from '../support/quotas.ts'
import type { QuotaLine } from '../support/quotas.ts'

/** Holds of credits and meters by callers on connections of their own, in every order and mix. */
const MIXES = Number(process.env.PURSER_QUOTA_MIXES ?? 2500)
const CALLERS = 12
const ORGANIZATIONS = 3
const METERS = ['letters', 'emails', 'llm_tokens', 'storage_bytes']
/** What there is grows with the mixes, so that at any size some calls fit and some do not. */
const SIZE = Math.ceil(MIXES / 2500)
const LIMIT = 120 * SIZE

let desk: Desk
let callers: Sql[]

beforeAll(async () => {
  desk = await openDesk()
  callers = Array.from({ length: CALLERS }, () => desk.database.sql({ as: 'api', max: 1 }))
  await setLimit(desk, { meter: 'letters', limit: `${LIMIT}` })
  await setLimit(desk, { meter: 'emails', limit: `${LIMIT}`, scope: 'user' })
  await setLimit(desk, { meter: 'llm_tokens', limit: `${LIMIT}`, period: 'day' })
  await setLimit(desk, { meter: 'storage_bytes', limit: `${LIMIT}`, period: 'none' })
})
afterAll(() => desk.close())

/** Small and repeatable; the interleaving of the callers is what differs from run to run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Place {
  organization: string
  users: string[]
}

function linesOf(random: (below: number) => number, most: number): QuotaLine[] {
  return METERS.filter(() => random(2) === 0).map((meter) => ({
    meter,
    amount: `${1 + random(most)}`,
  }))
}

/** One caller: holds, ends what it held, consumes beside it. Returns the outcomes of its calls. */
async function work(sql: Sql, places: Place[], random: (below: number) => number, turns: number) {
  const outcomes: string[] = []
  const open: { organization: string; reservation: string; quotas: QuotaLine[] }[] = []
  const pick = <Item>(list: Item[]): Item => list[random(list.length)]!
  for (let turn = 0; turn < turns; turn += 1) {
    const { organization, users } = pick(places)
    const kind = random(12)
    if (kind < 5 || open.length === 0) {
      const quotas = linesOf(random, 12)
      if (quotas.length === 0) quotas.push({ meter: 'letters', amount: '1' })
      const request = { organization, user: pick(users), quotas, amount: `${1 + random(4)}` }
      const [row] = await reserveWithQuotas(sql, request)
      outcomes.push(row!.outcome)
      if (row!.outcome === 'reserved') {
        open.push({ organization, reservation: row!.reservation_id, quotas })
      }
    } else if (kind < 7) {
      await consume(
        sql,
        ...places.toReversed().map((place) => ({
          organization: place.organization,
          user: pick(place.users),
          meter: pick(METERS),
          amount: `${1 + random(3)}`,
        })),
      )
    } else if (kind === 7) {
      await record(sql, { organization, user: pick(users), meter: 'storage_bytes', amount: '-1' })
    } else {
      const { reservation, quotas, ...of } = open.splice(random(open.length), 1)[0]!
      if (kind === 8) await settle(sql, { ...of, reservation, amount: '1' })
      else if (kind === 9) {
        const less = quotas.map(({ meter, amount }) => ({
          meter,
          amount: `${random(+amount + 1)}`,
        }))
        await settleWithQuotas(sql, { ...of, reservation, amount: '1', quotas: less })
      } else if (kind === 10) await release(sql, { ...of, reservation })
      else await expire(sql, 3)
    }
  }
  return outcomes
}

test(`${MIXES} mixes of parallel callers: no partial hold, no deadlock, no limit passed`, async () => {
  const places = await Promise.all(
    Array.from({ length: ORGANIZATIONS }, async () => {
      const organization = await createOrganization(desk, { credits: `${100 * SIZE}` })
      const users = await Promise.all([1, 2].map(() => createMember(desk, organization)))
      await setCap(desk, organization, users[0]!, { limit: `${40 * SIZE}` })
      return { organization, users }
    }),
  )
  const outcomes = (
    await Promise.all(
      callers.map((sql, index) =>
        work(sql, places, randomOf(index + 1), Math.ceil(MIXES / CALLERS)),
      ),
    )
  ).flat()
  const REFUSALS = ['quota_exceeded', 'member_cap_exceeded', 'insufficient_credits']
  const held = outcomes.filter((outcome) => outcome === 'reserved')
  // Which of them bind first depends on how the callers interleave.
  expect(outcomes.filter((outcome) => ![...REFUSALS, 'reserved'].includes(outcome))).toEqual([])
  expect(held.length).toBeGreaterThan(outcomes.length / 10)
  expect(held.length).toBeLessThan(outcomes.length)
  expect(await brokenUsage(desk)).toEqual([])
  expect(await brokenRules(desk)).toEqual([])
  const [partial] = await desk.admin<{ holds: number; over: number }[]>`
    select
      (
        select count(*)::int from public.credit_reservations as hold
        where hold.status = 'reserved' and (
          select count(*) from public.quota_holds as line
          where line.reservation_id = hold.id and line.status = 'held'
        ) <> jsonb_array_length(hold.context -> 'quotas')
      ) as holds,
      (
        select count(*)::int from public.quota_usages as counter
        join public.plan_meter_limits as included
          on included.plan_id = 'lab' and included.meter_id = counter.meter_id
          and included.period = counter.period
          and (included.scope = 'user')
            = (counter.user_id <> '00000000-0000-0000-0000-000000000000')
        where counter.used_amount + counter.held_amount > included.limit_amount
      ) as over`
  expect(partial).toEqual({ holds: 0, over: 0 })
}, 600_000)
