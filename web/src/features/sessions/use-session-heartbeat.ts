import { useMutation } from '@urql/vue'
import { useEventListener, useIntervalFn } from '@vueuse/core'
import { ref, shallowRef, watch, type Ref } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  SessionAnswerFragmentDoc,
  SessionHeartbeatDocument,
  type SessionAnswerFragment,
} from '@/gql/member/graphql.ts'
import { useConnection } from '@/shared/connection.ts'
import { failureFromGraphql, type Failure } from '@/shared/failure.ts'

const SECOND_MILLISECONDS = 1_000
/** Until the server has named its own. */
const FIRST_INTERVAL_SECONDS = 30

/**
 * Signs of life of a running session, from its first moment on this page. A hidden tab is slowed down by the browser, so
 * one is sent at once when it is seen again, when the device is online again, and when the connection is tried again.
 */
export function useSessionHeartbeat(options: {
  sessionId: Ref<string | null>
  onAnswer: (answer: SessionAnswerFragment) => void
}) {
  const connection = useConnection()
  const { executeMutation } = useMutation(SessionHeartbeatDocument)
  const problem = shallowRef<Failure | null>(null)
  const intervalSeconds = ref(FIRST_INTERVAL_SECONDS)
  let isOnItsWay = false

  async function beat() {
    const sessionId = options.sessionId.value
    if (sessionId === null || isOnItsWay) return
    isOnItsWay = true
    const { data, error } = await executeMutation({ session_id: sessionId })
    isOnItsWay = false
    problem.value = error ? failureFromGraphql(error) : null
    if (!data) return
    const answer = readFragment(SessionAnswerFragmentDoc, data.session_heartbeat)
    intervalSeconds.value = answer.heartbeat_interval_seconds
    options.onAnswer(answer)
  }

  const { pause, resume } = useIntervalFn(
    () => void beat(),
    () => intervalSeconds.value * SECOND_MILLISECONDS,
    { immediate: false },
  )
  watch(
    options.sessionId,
    (sessionId) => {
      problem.value = null
      if (sessionId === null) return pause()
      resume()
      void beat()
    },
    { immediate: true },
  )
  useEventListener(document, 'visibilitychange', () => {
    if (document.visibilityState === 'visible') void beat()
  })
  useEventListener(window, 'online', () => void beat())
  watch(
    () => connection.retryCount,
    () => {
      if (problem.value) void beat()
    },
  )

  return { problem, beat }
}
