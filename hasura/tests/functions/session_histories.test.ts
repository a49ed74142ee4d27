import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMember, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import { SessionModel } from '../support/session-model.ts'
import {
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
 * Random interleavings of starts, heartbeats, ends, plan changes, sweeps and the passing of time, from
 * a quarter of an hour before a period ends, against a model that counts second by second.
 */
const RUNS = Number(process.env['PURSER_FUZZ_RUNS'] ?? 25)
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
      default:
        next satisfies never
    }
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
