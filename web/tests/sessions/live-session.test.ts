import { afterEach, beforeEach, expect, test } from 'vitest'
import { computed, ref } from 'vue'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import { useLiveSession } from '@/features/sessions/use-live-session.ts'
import { usePastSessions } from '@/features/sessions/use-past-sessions.ts'
import { useSessionHeartbeat } from '@/features/sessions/use-session-heartbeat.ts'
import { useEndSession, useStartSession } from '@/features/sessions/use-session-moves.ts'
import { useConnection } from '@/shared/connection.ts'
import { memberSchema, startGraphqlServer } from '../support/graphql-server.ts'
import { runInApp } from '../support/mount.ts'
import { sessionServer } from '../support/session-clock.ts'
import { mintingTokens } from '../support/tokens.ts'
import { until } from '../support/wait.ts'

const schema = memberSchema()
const closers: (() => unknown)[] = []
beforeEach(() => sessionStorage.clear())
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(sessions = sessionServer()) {
  const server = await startGraphqlServer(sessions.fields, schema)
  const { client, dispose } = createGraphqlClient({
    url: server.url,
    webSocketUrl: server.webSocketUrl,
    webSocketImplementation: WebSocket,
    tokens: mintingTokens({
      lifetimeMilliseconds: 60_000,
      onMint: (token) => server.validTokens.add(token),
    }),
    reports: {
      socket: () => {},
      subscriptionInterrupted: () => {},
      requestFailed: () => {},
    },
  })
  const suspensionAt = ref<string | null>(null)
  const { result: page, unmount } = runInApp(() => {
    const live = useLiveSession(() => 'olga', { suspensionAt: () => suspensionAt.value })
    const sessionId = computed(() => live.running.value?.id ?? null)
    return {
      live,
      heartbeat: useSessionHeartbeat({ sessionId, onAnswer: live.takeAnswer }),
      starting: useStartSession({ scope: () => 'olga:org', onAnswer: live.takeAnswer }),
      ending: useEndSession(live.takeAnswer),
      past: usePastSessions({ userId: computed(() => 'olga'), changes: sessionId }),
    }
  }, client)
  closers.push(server.stop, dispose, unmount)
  await until(() => page.live.hasAnswered.value, 'first answer')
  return { sessions, server, page, suspensionAt }
}

const draft = { topic: ' Ordering coffee ', difficulty: 'beginner' } as const

test('a session starts, gives its first sign of life at once, and ends when asked to', async () => {
  const { page, sessions } = await open()
  expect(page.live.running.value).toBeNull()
  await page.starting.start(draft)
  expect(page.live.running.value?.topic).toBe('Ordering coffee')
  await until(() => sessions.beats.length === 1, 'first heartbeat')
  const { id } = page.live.running.value!
  expect(await page.ending.end(id)).toBe(true)
  expect(page.live.running.value).toBeNull()
  expect(page.live.ended.value?.endReason).toBe('user_ended')
  await until(() => page.past.sessions.value.length === 1, 'in the list')
  page.live.dismissEnded()
  expect(page.live.ended.value).toBeNull()
})

test('a reload finds the running session again and goes on with its time', async () => {
  const sessions = sessionServer()
  sessions.begin('Ordering coffee')
  sessions.advance(40)
  const { page } = await open(sessions)
  expect(page.live.running.value?.topic).toBe('Ordering coffee')
  await until(() => (page.live.timing.value?.usedSeconds ?? 0) >= 40, 'time of the server')
  expect(page.live.timing.value?.secondsLeft).toBeLessThanOrEqual(560)
})

test('an end by the limit arrives live, with its reason', async () => {
  const { page, sessions, server } = await open()
  await page.starting.start(draft)
  sessions.finish('limit_reached')
  server.publish()
  await until(() => page.live.ended.value !== null, 'the end')
  expect(page.live.ended.value?.endReason).toBe('limit_reached')
})

test('what changes within a second of the last heartbeat is taken over', async () => {
  const { page, sessions, server } = await open()
  await page.starting.start(draft)
  await until(() => sessions.beats.length === 1, 'first heartbeat')
  sessions.limit(120)
  server.publish()
  await until(() => (page.live.timing.value?.secondsLeft ?? 0) <= 120, 'shorter time left')
})

test('a suspension is counted down to, and no more once it is paid', async () => {
  const { page, suspensionAt } = await open()
  await page.starting.start(draft)
  expect(page.live.timing.value?.endsBy).toBe('minutes')
  suspensionAt.value = page.live.running.value!.startedAt
  expect(page.live.timing.value).toMatchObject({ secondsLeft: 0, endsBy: 'suspension' })
  suspensionAt.value = null
  expect(page.live.timing.value?.endsBy).toBe('minutes')
})

test('an end that happened before this page was opened is no news', async () => {
  const sessions = sessionServer()
  sessions.begin()
  sessions.finish('stale')
  const { page } = await open(sessions)
  expect(page.live.running.value).toBeNull()
  expect(page.live.ended.value).toBeNull()
})

test('heartbeats that fail are sent again with the connection, and when the tab is seen again', async () => {
  const { page, sessions } = await open()
  await page.starting.start(draft)
  await until(() => sessions.beats.length === 1, 'first heartbeat')
  sessions.failWith('unexpected')
  window.dispatchEvent(new Event('online'))
  await until(() => page.heartbeat.problem.value?.code === 'unexpected', 'failed heartbeat')
  sessions.failWith(null)
  sessions.advance(20)
  useConnection().retryNow()
  await until(() => page.heartbeat.problem.value === null, 'heartbeat after recovery')
  expect(page.live.running.value?.usedSeconds).toBe(20)
  const before = sessions.beats.length
  document.dispatchEvent(new Event('visibilitychange'))
  await until(() => sessions.beats.length > before, 'heartbeat of a tab that is seen again')
})

test('a second start names the running session, and opens it (session_active)', async () => {
  const { page, sessions } = await open()
  sessions.begin('Elsewhere')
  sessions.failWith('session_active', { session_id: '0199aaaa-0000-7000-8000-000000000000' })
  await page.starting.start(draft)
  expect(page.starting.problem.value?.code).toBe('session_active')
  const id = String(page.starting.problem.value?.details.session_id)
  sessions.failWith(null)
  await page.starting.openRunning(id)
  expect(page.live.running.value?.topic).toBe('Elsewhere')
  expect(page.starting.problem.value).toBeNull()
})

test('a start without an answer keeps its key; a refusal uses it up', async () => {
  const { page, sessions } = await open()
  sessions.failWith('unexpected')
  await page.starting.start(draft)
  await page.starting.start(draft)
  sessions.failWith('quota_exceeded')
  await page.starting.start(draft)
  sessions.failWith(null)
  await page.starting.start(draft)
  const [first, second, refused, last] = sessions.starts
  expect([second, refused]).toEqual([first, first])
  expect(last).not.toBe(first)
})
