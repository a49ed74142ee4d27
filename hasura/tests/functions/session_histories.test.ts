import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { balanceOf, brokenRules, createMember, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import { reserve } from '../support/operations.ts'
import { SessionModel } from '../support/session-model.ts'
import {
  allowBuying,
  bookedOf,
  end,
  heartbeat,
  openClock,
  periodsOf,
  seen,
  start,
  status,
  sweep,
  wrongCounts,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'

/*
 * Random interleavings of starts, heartbeats, ends, changes of plans and subscriptions, sweeps and time, from
 * a quarter of an hour before a period ends, against a model that counts second by second.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 100)
const FOUNDED = '2026-01-10T00:00:00Z'
const BEGIN = Date.parse('2026-02-09T23:45:00Z') / 1000
const BOUNDARIES = [FOUNDED, '2026-02-10T00:00:00Z', '2026-03-10T00:00:00Z'].map(
  (text) => Date.parse(text) / 1000,
)
/** Small limits, so that they are reached; by plan. */
const LIMITS = { free: 4, pro: 10, team: 25 } as const
type Plan = keyof typeof LIMITS

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.integer({ min: 1, max: 120 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.integer({ min: 300, max: 900 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('heartbeat' as const),
      session: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      reason: fc.constantFrom('user_ended', 'error', 'timeout'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('status' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('plan' as const),
      plan: fc.constantFrom<Plan>('free', 'pro', 'team'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('subscription' as const),
      status: fc.constantFrom('active', 'past_due', 'unpaid', 'paused', 'canceled'),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  for (const [plan, minutes] of Object.entries(LIMITS)) {
    await desk.admin`
      update public.plan_meter_limits set limit_amount = ${minutes}
      where plan_id = ${plan} and meter_id = 'session_minutes'`
  }
})
afterAll(() => desk.close())

class History {
  readonly ids: string[] = []
  private now = BEGIN
  readonly clock: Clock
  readonly person: Person
  readonly model: SessionModel

  constructor(clock: Clock, person: Person, model: SessionModel) {
    this.clock = clock
    this.person = person
    this.model = model
  }

  async take(next: Step): Promise<void> {
    const { clock, person, model } = this
    switch (next.do) {
      case 'wait':
        this.now += next.seconds
        await clock.move(next.seconds)
        model.pass(this.now)
        return
      case 'start': {
        const answer = await start(clock.sql, person)
        expect(answer.outcome).toBe(model.start(this.now))
        if (answer.outcome === 'started') this.ids.push(answer.session_id)
        return
      }
      case 'heartbeat': {
        // Mostly of the newest session, at times one that comes late for an older one.
        const id = this.ids.at(-1 - next.session) ?? this.ids.at(-1)
        if (id === undefined) return
        await heartbeat(clock.sql, person, id)
        if (id === this.ids.at(-1)) model.heartbeat(this.now)
        return
      }
      case 'end': {
        const id = this.ids.at(-1)
        if (id === undefined) return
        await end(clock.sql, person, id, next.reason)
        model.end(this.now, next.reason)
        return
      }
      case 'sweep':
        expect(await sweep(clock.sql)).toMatchObject({ failed: 0 })
        return
      case 'status': {
        const id = this.ids.at(-1)
        if (id !== undefined) await status(clock.sql, person, id)
        return
      }
      case 'plan':
        await clock.sql`
          select private.set_organization_plan(${person.organization}, ${next.plan}, null)`
        model.changePlan(this.now, LIMITS[next.plan] * 60)
        return
      case 'subscription':
        await this.setStatus(next.status)
        model.suspend(this.now, !['active', 'past_due'].includes(next.status))
        return
      default:
        next satisfies never
    }
  }

  private async setStatus(status: string): Promise<void> {
    await this.clock.sql`
      update public.org_plans set status = ${status}
      where organization_id = ${this.person.organization}`
  }

  /** The same without the model, which knows nothing of credits. */
  async tryTo(next: Step): Promise<void> {
    const { clock, person } = this
    const id = this.ids.at(-1)
    if (next.do === 'wait') await clock.move(next.seconds)
    else if (next.do === 'sweep') await sweep(clock.sql)
    else if (next.do === 'start') {
      const answer = await start(clock.sql, person)
      if (answer.outcome === 'started') this.ids.push(answer.session_id)
    } else if (next.do === 'subscription') await this.setStatus(next.status)
    else if (id === undefined) return
    else if (next.do === 'heartbeat') await heartbeat(clock.sql, person, id)
    else if (next.do === 'end') await end(clock.sql, person, id, next.reason)
    else await status(clock.sql, person, id)
  }

  async compare(): Promise<void> {
    const { clock, person, model } = this
    const last = this.ids.at(-1)
    if (last !== undefined) {
      const expected = model.sessions.at(-1)!
      expect(await seen(clock.sql, last)).toMatchObject({
        status: expected.endReason === null ? 'active' : 'ended',
        end_reason: expected.endReason,
        used_seconds: expected.used.length,
      })
    }
    if (last !== undefined) await status(clock.sql, person, last)
    const used = Object.fromEntries(
      (await periodsOf(clock.sql, person)).map((row) => [Date.parse(row.start) / 1000, row.used]),
    )
    for (const [period, seconds] of model.used) expect(used[period]).toBe(seconds)
    const total = [...model.used.values()].reduce((sum, seconds) => sum + seconds, 0)
    expect(Object.values(used).reduce((sum, seconds) => sum + seconds, 0)).toBe(total)
  }

  /** After the end of everything, the ledger has the same, by period. */
  async close(): Promise<void> {
    await this.take({ do: 'end', reason: 'user_ended' })
    await this.compare()
    const booked = await bookedOf(this.clock.sql, this.person)
    const expected = [...this.model.used]
      .filter(([, seconds]) => seconds > 0)
      .toSorted(([left], [right]) => left - right)
      .map(([, seconds]) => Number((seconds / 60).toFixed(4)))
    expect(booked.map(({ minutes }) => minutes)).toEqual(expected)
    const wrong = await this.clock.sql`
      select * from private.verify_usage(${this.person.organization})`
    expect([...wrong]).toEqual([])
    expect(await wrongCounts(this.clock.sql, this.person.organization)).toEqual([])
  }
}

test('any history of a user charges what the model charges, second by second', async () => {
  const sql = await openClock(desk, FOUNDED)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Plan>('free', 'pro', 'team'),
      fc.array(step, { minLength: 10, maxLength: 60 }),
      async (plan, steps) => {
        await sql.move(FOUNDED)
        const organization = await foundOrganization(sql.sql, { plan })
        const person = { organization, user: await createMember(desk, organization) }
        await sql.move(new Date(BEGIN * 1000).toISOString())
        const history = new History(sql, person, new SessionModel(LIMITS[plan] * 60, BOUNDARIES))
        for (const next of steps) {
          await history.take(next)
          await history.compare()
        }
        await history.close()
      },
    ),
    { numRuns: RUNS },
  )
})

test('any history with bought minutes charges them once, and leaves nothing held', async () => {
  const price = 2
  const clock = await openClock(desk, FOUNDED)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.array(step, { minLength: 10, maxLength: 60 }),
      async (credits, steps) => {
        await clock.move(FOUNDED)
        const organization = await foundOrganization(clock.sql, { plan: 'pro' })
        const person = { organization, user: await createMember(desk, organization) }
        await clock.sql`
          insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
          values (${organization}, ${person.user}, 'session_minutes', 'month', 1)`
        await allowBuying(clock.sql, organization)
        await clock.move(new Date(BEGIN * 1000).toISOString())
        await leave(clock, organization, credits)
        const history = new History(clock, person, new SessionModel(60, BOUNDARIES))
        for (const next of steps) await history.tryTo(next)
        await history.tryTo({ do: 'end', reason: 'user_ended' })

        for (const wrong of [
          await wrongCounts(clock.sql, organization),
          [...(await brokenRules(desk, organization))],
        ]) {
          expect(wrong).toEqual([])
        }
        const [total] = await clock.sql<{ charged: number; cost: number; holds: number }[]>`
          select
            (select coalesce(sum(charged_credits + shortfall_credits), 0)::float8
              from public.credit_reservations
              where organization_id = ${organization} and capability_id = 'live_session') as charged,
            (select (coalesce(sum(bought_seconds), 0) * ${price}::numeric / 60)::float8
              from private.metered_sessions where organization_id = ${organization}) as cost,
            (select count(*)::int from public.credit_reservations
              where organization_id = ${organization} and capability_id = 'live_session') as holds`
        expect(total!.charged).toBeGreaterThanOrEqual(total!.cost - 1e-9)
        expect(total!.charged).toBeLessThanOrEqual(total!.cost + 0.01 * total!.holds)
        const open = await clock.sql`
          select from public.credit_reservations
          where organization_id = ${organization} and status = 'reserved'
            and capability_id = 'live_session'`
        expect(open).toHaveLength(0)
      },
    ),
    { numRuns: RUNS },
  )
})

/** Leaves so many credits, by holding the others for a day. */
async function leave({ sql }: Clock, organization: string, credits: number): Promise<void> {
  const { available } = await balanceOf(desk, organization)
  const [row] = await reserve(sql, {
    organization,
    amount: (Number(available) - credits).toFixed(2),
    seconds: 86_400,
  })
  if (row?.outcome !== 'reserved') throw new Error(`not reserved: ${row?.outcome}`)
}
