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
  expect(sessionTiming(facts, 0)).toEqual({ usedSeconds: 90, secondsLeft: 360, isPaused: false })
  expect(sessionTiming(facts, 12_999)).toEqual({
    usedSeconds: 102,
    secondsLeft: 348,
    isPaused: false,
  })
})

test('without heartbeats the time stops where the server stops counting', () => {
  const atTheEnd = { usedSeconds: 180, secondsLeft: 270 }
  expect(sessionTiming(facts, 90_000)).toEqual({ ...atTheEnd, isPaused: false })
  expect(sessionTiming(facts, 600_000)).toEqual({ ...atTheEnd, isPaused: true })
})

test('what is not limited has no time left to show, and nothing falls below zero', () => {
  expect(sessionTiming({ ...facts, limitAt: null }, 5_000).secondsLeft).toBeNull()
  const short = { ...facts, leaseExpiresAt: facts.limitAt, limitAt: '2026-11-22T10:00:10Z' }
  expect(sessionTiming(short, 60_000).secondsLeft).toBe(0)
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
