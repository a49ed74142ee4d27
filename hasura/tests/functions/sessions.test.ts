import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMember, openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { foundOrganization } from '../support/jobs.ts'
import {
  begin,
  end,
  heartbeat,
  live,
  openClock,
  periodsOf,
  bookedOf,
  seen,
  start,
  status,
  sweep,
} from '../support/sessions.ts'
import type { Clock, Person } from '../support/sessions.ts'

let desk: Desk
let clock: Clock

beforeAll(async () => {
  desk = await openDesk()
  clock = await openClock(desk, '2026-03-02T10:00:00Z')
})
afterAll(() => desk.close())

async function person(plan = 'pro'): Promise<Person> {
  const organization = await foundOrganization(clock.sql, { plan })
  return { organization, user: await createMember(desk, organization) }
}

describe('a session', () => {
  test('counts the seconds between heartbeats', async () => {
    const ada = await person()
    const session = await begin(clock.sql, ada)
    const answer = await live(clock, ada, session, 75)
    expect(answer).toMatchObject({ outcome: 'active', used_seconds: 75, remaining_seconds: 5925 })
    await clock.move(10)
    expect(await end(clock.sql, ada, session)).toMatchObject({
      outcome: 'ended',
      end_reason: 'user_ended',
      used_seconds: 85,
      remaining_seconds: 5915,
    })
    expect(await bookedOf(clock.sql, ada)).toMatchObject([{ minutes: 1.4167 }])
    expect(await periodsOf(clock.sql, ada)).toMatchObject([
      { used: 85, booked: 1.4167, limit: 100 },
    ])
  })

  test('ends at the limit without anybody', async () => {
    const ada = await person('free')
    const session = await begin(clock.sql, ada)
    await live(clock, ada, session, 570)
    await clock.move(29)
    expect(await seen(clock.sql, session)).toMatchObject({ status: 'active', used_seconds: 570 })
    await clock.move(1)
    expect(await seen(clock.sql, session)).toMatchObject({
      status: 'ended',
      end_reason: 'limit_reached',
      used_seconds: 600,
    })
    await clock.move(1000)
    expect(await sweep(clock.sql)).toMatchObject({ processed: 1, failed: 0 })
    expect(await status(clock.sql, ada, session)).toMatchObject({
      end_reason: 'limit_reached',
      used_seconds: 600,
      remaining_seconds: 0,
    })
    expect(await start(clock.sql, ada)).toMatchObject({ outcome: 'quota_exceeded' })
    expect(await heartbeat(clock.sql, ada, session)).toMatchObject({ used_seconds: 600 })
  })
})
