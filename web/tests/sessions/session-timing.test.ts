// @vitest-environment node
import { expect, test } from 'vitest'
import { clockText, sessionTiming, timeWarning } from '@/features/sessions/session-timing.ts'

const facts = {
  usedSeconds: 90,
  lastHeartbeatAt: '2026-11-22T10:00:00Z',
  leaseExpiresAt: '2026-11-22T10:01:30Z',
  limitAt: '2026-11-22T10:06:00Z',
}

test('time goes on from the last heartbeat, by the server and not by the clock of this device', () => {
  expect(sessionTiming(facts, 0, null)).toEqual({
    usedSeconds: 90,
    secondsLeft: 360,
    endsBy: 'minutes',
    isPaused: false,
  })
  expect(sessionTiming(facts, 12_999, null)).toEqual({
    usedSeconds: 102,
    secondsLeft: 348,
    endsBy: 'minutes',
    isPaused: false,
  })
})

test('without heartbeats the time stops where the server stops counting', () => {
  const atTheEnd = { usedSeconds: 180, secondsLeft: 270, endsBy: 'minutes' }
  expect(sessionTiming(facts, 90_000, null)).toEqual({ ...atTheEnd, isPaused: false })
  expect(sessionTiming(facts, 600_000, null)).toEqual({ ...atTheEnd, isPaused: true })
})

test('what is not limited has no time left to show, and nothing falls below zero', () => {
  expect(sessionTiming({ ...facts, limitAt: null }, 5_000, null).secondsLeft).toBeNull()
  const short = { ...facts, leaseExpiresAt: facts.limitAt, limitAt: '2026-11-22T10:00:10Z' }
  expect(sessionTiming(short, 60_000, null).secondsLeft).toBe(0)
})

test('a suspension that comes before the minutes end is what is counted down to, from five minutes on', () => {
  const ending = (suspensionAt: string, limitAt: string | null, milliseconds = 0) => {
    const { secondsLeft, endsBy } = sessionTiming({ ...facts, limitAt }, milliseconds, suspensionAt)
    return [secondsLeft, endsBy]
  }
  expect(ending('2026-11-22T10:05:01Z', null)).toEqual([null, 'minutes'])
  expect(ending('2026-11-22T10:05:00Z', null)).toEqual([300, 'suspension'])
  expect(ending('2026-11-22T10:05:00Z', facts.limitAt)).toEqual([300, 'suspension'])
  expect(ending('2026-11-22T10:03:00Z', '2026-11-22T10:02:59Z')).toEqual([179, 'minutes'])
  expect(ending('2026-11-22T09:59:00Z', null)).toEqual([0, 'suspension'])
})

test('the last lease before a suspension has that for its limit, to the second', () => {
  const suspension = '2026-11-22T10:01:20.734Z'
  const last = { ...facts, leaseExpiresAt: '2026-11-22T10:01:20Z', limitAt: '2026-11-22T10:01:20Z' }
  for (const [milliseconds, secondsLeft] of [
    [0, 80],
    [500, 80],
    [12_999, 68],
    [95_000, 0],
  ] as const) {
    expect(sessionTiming(last, milliseconds, suspension)).toMatchObject({
      secondsLeft,
      endsBy: 'suspension',
    })
  }
})

test('a suspension comes nearer also while the time of minutes stands still', () => {
  const paused = sessionTiming(facts, 240_000, '2026-11-22T10:05:00Z')
  expect(paused).toEqual({
    usedSeconds: 180,
    secondsLeft: 60,
    endsBy: 'suspension',
    isPaused: true,
  })
})

test('a clock reads minutes and seconds, and hours once there are any', () => {
  expect([0, 7, 754, 3723, -4].map(clockText)).toEqual(['0:00', '0:07', '12:34', '1:02:03', '0:00'])
})

test('the warning comes at five minutes and again at one', () => {
  expect([301, 300, 61, 60, 0, null].map(timeWarning)).toEqual([
    'none',
    'soon',
    'soon',
    'last',
    'last',
    'none',
  ])
})
