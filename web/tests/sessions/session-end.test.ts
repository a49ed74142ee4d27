import { afterEach, expect, test } from 'vitest'
import { computed, nextTick, ref, shallowRef } from 'vue'
import SessionDesk from '@/features/sessions/components/SessionDesk.vue'
import type { LiveSession } from '@/features/sessions/live-session.ts'
import type { useLiveSession } from '@/features/sessions/use-live-session.ts'
import type { SessionAllowance } from '@/features/sessions/use-session-allowance.ts'
import { startGraphql } from '../support/graphql-client.ts'
import { memberSchema } from '../support/graphql-server.ts'
import { mountInApp } from '../support/mount.ts'

const session: LiveSession = {
  id: '0199aaaa-0000-7000-8000-000000000001',
  topic: null,
  difficulty: 'beginner',
  isActive: false,
  endReason: 'limit_reached',
  startedAt: '2026-11-22T10:00:00Z',
  endedAt: '2026-11-22T10:04:00Z',
  lastHeartbeatAt: '2026-11-22T10:04:00Z',
  leaseExpiresAt: '2026-11-22T10:04:00Z',
  limitAt: null,
  usedSeconds: 240,
  usedMinutes: 4,
  boughtMinutes: 0,
  chargedCredits: 0,
}

const free: SessionAllowance = {
  can_start: true,
  reason: null,
  message: '',
  active_session_id: null,
  used_minutes: 4,
  limit_minutes: 100,
  remaining_minutes: 96,
  minute_price_credits: null,
  period_end: '2026-12-01T00:00:00Z',
}
/** As it was asked while the session ran, on minutes that were bought. */
const ofBefore: SessionAllowance = {
  ...free,
  can_start: false,
  reason: 'session_active',
  active_session_id: session.id,
  remaining_minutes: 0,
}
const suspended: SessionAllowance = {
  ...free,
  can_start: false,
  reason: 'subscription_inactive',
  remaining_minutes: 0,
}
const usedUp: SessionAllowance = {
  ...free,
  can_start: false,
  reason: 'quota_exceeded',
  used_minutes: 100,
  remaining_minutes: 0,
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(allowance: SessionAllowance | null, ended: Partial<LiveSession> = {}) {
  const { client, stop } = await startGraphql({}, memberSchema())
  const live = {
    running: computed(() => null),
    ended: shallowRef({ ...session, ...ended }),
    timing: computed(() => null),
    hasAnswered: ref(true),
    failure: computed(() => null),
    retry: () => {},
    takeAnswer: () => {},
    dismissEnded: () => {},
  } as unknown as ReturnType<typeof useLiveSession>
  const wrapper = mountInApp(SessionDesk, {
    props: { live, allowance, scope: 'olga:org', isDenialOf: () => true },
    slots: { upgrade: 'UPGRADE', suspended: 'WHOM TO ASK', denied: 'DENIED' },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  await nextTick()
  return {
    notice: () => wrapper.get('[role=status]').text(),
    form: () => wrapper.get('section').text(),
    hear: (next: SessionAllowance) => wrapper.setProps({ allowance: next }),
  }
}

const MINUTES = 'Your minutes are used up.'
const SUSPENDED = 'Your organization is suspended'

test('minutes that are used up are told as such, with the plans that have more', async () => {
  const { notice, form } = await open(usedUp)
  expect(notice()).toContain(MINUTES)
  expect(notice()).toContain('UPGRADE')
  expect(form()).toContain('100 of 100 minutes used')
})

test('the end by a suspension is not told as minutes that are used up', async () => {
  const { notice, form } = await open(suspended)
  expect(notice()).toContain(SUSPENDED)
  expect(notice()).toContain('WHOM TO ASK')
  expect(notice()).not.toContain(MINUTES)
  expect(notice()).not.toContain('UPGRADE')
  // Nor does the form count minutes that nobody can use.
  expect(form()).toContain('DENIED')
  expect(form()).not.toContain('New minutes come on')
})

test('nothing is claimed before it is known, and what is known stays', async () => {
  const { notice, hear } = await open(ofBefore)
  expect(notice()).toContain('The session has ended')
  expect(notice()).not.toContain(MINUTES)
  await hear(suspended)
  expect(notice()).toContain(SUSPENDED)
  await hear(free)
  expect(notice()).toContain(SUSPENDED)
})

test('who comes back when there are minutes again is told no reason that may be untrue', async () => {
  const { notice } = await open(free)
  expect(notice()).toContain('The session has ended')
  expect(notice()).not.toContain(MINUTES)
  expect(notice()).not.toContain(SUSPENDED)
})

test('every other end is told at once', async () => {
  const { notice } = await open(ofBefore, { endReason: 'stale' })
  expect(notice()).toContain('Nothing was heard from it for 10 minutes.')
})
