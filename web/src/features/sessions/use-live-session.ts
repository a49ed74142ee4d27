import { useSubscription } from '@urql/vue'
import { useIntervalFn } from '@vueuse/core'
import { computed, ref, shallowRef, watch } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  LatestSessionDocument,
  SessionRowFragmentDoc,
  type SessionAnswerFragment,
} from '@/gql/member/graphql.ts'
import { failureFromGraphql } from '@/shared/failure.ts'
import {
  laterSession,
  sessionFromAnswer,
  sessionFromRow,
  type LiveSession,
} from './live-session.ts'
import { sessionTiming } from './session-timing.ts'

const TICK_MILLISECONDS = 500

/**
 * The person's latest session, live. It is found again after a reload or on another device, because the server is asked
 * for it; and what it says wins over anything that this page remembers.
 */
export function useLiveSession(
  userId: () => string,
  options: {
    /** When the organization will be suspended unless it pays; null when nothing is due. */
    suspensionAt: () => string | null
  },
) {
  const session = shallowRef<LiveSession | null>(null)
  /** Sessions that were seen running here: only of these is the end news. */
  const watchedId = ref<string | null>(null)
  const hasAnswered = ref(false)
  const arrivedAt = ref(0)
  const now = ref(0)

  const { data, error, executeSubscription } = useSubscription({
    query: LatestSessionDocument,
    variables: computed(() => ({ user_id: userId() })),
  })
  useIntervalFn(() => {
    now.value = performance.now()
  }, TICK_MILLISECONDS)

  function take(told: LiveSession) {
    const later = laterSession(session.value, told)
    if (later === session.value) return
    // The timer counts from the newest heartbeat on, not from each repetition of the same one.
    const isNews =
      later.id !== session.value?.id || later.lastHeartbeatAt !== session.value.lastHeartbeatAt
    if (isNews) arrivedAt.value = now.value = performance.now()
    session.value = later
    if (later.isActive) watchedId.value = later.id
  }

  watch(data, (answer) => {
    if (!answer) return
    hasAnswered.value = true
    const row = readFragment(SessionRowFragmentDoc, answer.usage_sessions)[0]
    if (row) take(sessionFromRow(row))
  })

  const running = computed(() => (session.value?.isActive ? session.value : null))
  return {
    running,
    ended: computed(() =>
      session.value && !session.value.isActive && session.value.id === watchedId.value
        ? session.value
        : null,
    ),
    timing: computed(() =>
      running.value
        ? sessionTiming(running.value, now.value - arrivedAt.value, options.suspensionAt())
        : null,
    ),
    hasAnswered,
    failure: computed(() => (error.value ? failureFromGraphql(error.value) : null)),
    retry: () => void executeSubscription(),
    takeAnswer: (answer: SessionAnswerFragment) => {
      hasAnswered.value = true
      take(sessionFromAnswer(answer))
    },
    dismissEnded: () => {
      watchedId.value = null
    },
  }
}
