import { afterEach, expect, test } from 'vitest'
import { computed, nextTick, ref } from 'vue'
import SessionDesk from '@/features/sessions/components/SessionDesk.vue'
import { sessionFromRow } from '@/features/sessions/live-session.ts'
import type { SessionTiming } from '@/features/sessions/session-timing.ts'
import type { useLiveSession } from '@/features/sessions/use-live-session.ts'
import { startGraphql } from '../support/graphql-client.ts'
import { memberSchema } from '../support/graphql-server.ts'
import { mountInApp } from '../support/mount.ts'
import { sessionServer } from '../support/session-clock.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(timing: Pick<SessionTiming, 'secondsLeft' | 'endsBy'>) {
  const sessions = sessionServer()
  const session = sessionFromRow(
    sessions.begin() as unknown as Parameters<typeof sessionFromRow>[0],
  )
  const { client, stop } = await startGraphql(sessions.fields, memberSchema())
  const live = {
    running: computed(() => session),
    ended: computed(() => null),
    timing: computed(() => ({ usedSeconds: 90, isPaused: false, ...timing })),
    hasAnswered: ref(true),
    failure: computed(() => null),
    retry: () => {},
    takeAnswer: () => {},
    dismissEnded: () => {},
  } satisfies ReturnType<typeof useLiveSession>
  const wrapper = mountInApp(SessionDesk, {
    props: { live, allowance: null, scope: 'olga:org', isDenialOf: () => true },
    slots: { upgrade: 'UPGRADE', suspending: 'WHO PAYS' },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  await nextTick()
  return wrapper.get('section [role=status]').text()
}

test('minutes that run out are told as such, with the plans that have more', async () => {
  const soon = await open({ secondsLeft: 300, endsBy: 'minutes' })
  expect(soon).toContain('Five minutes or less are left.')
  expect(soon).toContain('UPGRADE')
  expect(soon).not.toContain('WHO PAYS')
  expect(await open({ secondsLeft: 60, endsBy: 'minutes' })).toContain(
    'Less than a minute is left.',
  )
})

test('before a suspension it is the unpaid invoice that is named, not minutes', async () => {
  const soon = await open({ secondsLeft: 300, endsBy: 'suspension' })
  expect(soon).toContain('end in five minutes or less, because an invoice is unpaid')
  expect(soon).toContain('WHO PAYS')
  expect(soon).not.toContain('UPGRADE')
  const last = await open({ secondsLeft: 60, endsBy: 'suspension' })
  expect(last).toContain('end in less than a minute, because an invoice is unpaid')
})

test('with more time left, nothing is said', async () => {
  expect(await open({ secondsLeft: 301, endsBy: 'minutes' })).toBe('')
  expect(await open({ secondsLeft: null, endsBy: 'minutes' })).toBe('')
})
