import { CombinedError } from '@urql/core'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { nextTick } from 'vue'
import ConnectionBanner from '@/app/shell/ConnectionBanner.vue'
import { useConnectionProbe } from '@/app/shell/use-connection-probe.ts'
import { useConnection } from '@/shared/connection.ts'
import { mountInApp, runInApp } from '../support/mount.ts'

const outage = new CombinedError({ networkError: new TypeError('Failed to fetch') })
const refusal = new CombinedError({
  graphQLErrors: [{ message: 'no', extensions: { code: 'capability_not_in_plan' } }],
})

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => vi.useRealTimers())

/** A client whose every query ends with what `answer` says at that moment. */
function probing(answer: () => CombinedError | undefined) {
  let asked = 0
  const client = {
    query: () => ({
      toPromise: async () => {
        asked++
        const error = answer()
        if (error === outage) useConnection().reportRequestFailed()
        return { error }
      },
    }),
  }
  const { unmount } = runInApp(useConnectionProbe, client as never)
  return { asked: () => asked, unmount }
}

test('an outage is probed with growing pauses, and ends with the first answer', async () => {
  let error: CombinedError | undefined = outage
  const probe = probing(() => error)
  const connection = useConnection()
  connection.reportRequestFailed()
  expect(connection.isDown).toBe(true)
  await vi.advanceTimersByTimeAsync(1_500)
  expect(probe.asked()).toBe(1)
  await vi.advanceTimersByTimeAsync(1_500)
  expect(probe.asked()).toBe(1)
  await vi.advanceTimersByTimeAsync(1_500)
  expect(probe.asked()).toBe(2)
  error = undefined
  await vi.advanceTimersByTimeAsync(6_000)
  expect(connection.isDown).toBe(false)
  const { retryCount } = connection
  await vi.advanceTimersByTimeAsync(60_000)
  expect(connection.retryCount).toBe(retryCount)
  probe.unmount()
})

test('a refusal is an answer too', async () => {
  const probe = probing(() => refusal)
  useConnection().reportRequestFailed()
  await vi.advanceTimersByTimeAsync(1_500)
  expect(useConnection().isDown).toBe(false)
  probe.unmount()
})

test('the banner explains an outage, and its button tries at once', async () => {
  const wrapper = mountInApp(ConnectionBanner)
  const connection = useConnection()
  expect(wrapper.get('[role=alert]').text()).toBe('')
  connection.reportRequestFailed()
  await nextTick()
  expect(wrapper.text()).toContain('not answering')
  const before = connection.retryCount
  await wrapper.get('button').trigger('click')
  expect(connection.retryCount).toBe(before + 1)
  wrapper.unmount()
})

test('live, reconnecting, and live again; what failed meanwhile is due again', () => {
  const connection = useConnection()
  expect(connection.liveState).toBe('connecting')
  connection.reportSocket('open')
  expect(connection.liveState).toBe('live')
  connection.reportSocket('closed')
  connection.reportSocket('connecting')
  expect(connection.liveState).toBe('reconnecting')
  connection.reportSocket('open')
  expect(connection.liveState).toBe('live')
  expect(connection.retryCount).toBe(1)
  connection.reportInterruption(1)
  expect(connection.liveState).toBe('reconnecting')
  connection.reportInterruption(-1)
  expect(connection.liveState).toBe('live')
})
