import { useClientHandle, useMutation } from '@urql/vue'
import { ref, shallowRef } from 'vue'
import { readFragment } from '@/gql/member/fragment-masking.ts'
import {
  EndSessionDocument,
  SessionAnswerFragmentDoc,
  SessionStatusDocument,
  StartSessionDocument,
  type SessionAnswerFragment,
} from '@/gql/member/graphql.ts'
import { failureFromGraphql, isDecided, type Failure } from '@/shared/failure.ts'
import { createIdempotencyKeys } from '@/shared/idempotency-keys.ts'
import type { Difficulty } from './live-session.ts'

const OPERATION = 'start_session'

export interface SessionDraft {
  topic: string
  difficulty: Difficulty
}

/** Starts a session once, however often it is sent: the key is kept until an answer has come. */
export function useStartSession(options: {
  scope: () => string
  onAnswer: (answer: SessionAnswerFragment) => void
}) {
  const { client } = useClientHandle()
  const { executeMutation } = useMutation(StartSessionDocument)
  const keys = createIdempotencyKeys()
  const isStarting = ref(false)
  const problem = shallowRef<Failure | null>(null)

  async function start(draft: SessionDraft) {
    if (isStarting.value) return
    isStarting.value = true
    problem.value = null
    const content = { topic: draft.topic.trim() || null, difficulty: draft.difficulty }
    const request = { scope: options.scope(), ...content }
    const idempotency_key = keys.keyFor(OPERATION, request)
    const { data, error } = await executeMutation({ input: { ...content, idempotency_key } })
    isStarting.value = false
    problem.value = error ? failureFromGraphql(error) : null
    if (!problem.value || isDecided(problem.value)) keys.forget(OPERATION, request)
    if (data) options.onAnswer(readFragment(SessionAnswerFragmentDoc, data.start_session))
  }

  /** Opens the session that refused the start because it runs already, on this device or another. */
  async function openRunning(sessionId: string) {
    const { data, error } = await client
      .query(SessionStatusDocument, { session_id: sessionId }, { requestPolicy: 'network-only' })
      .toPromise()
    problem.value = error ? failureFromGraphql(error) : null
    if (data) options.onAnswer(readFragment(SessionAnswerFragmentDoc, data.session_status))
  }

  return { start, openRunning, isStarting, problem }
}

export function useEndSession(onAnswer: (answer: SessionAnswerFragment) => void) {
  const { executeMutation, fetching } = useMutation(EndSessionDocument)
  const problem = shallowRef<Failure | null>(null)

  async function end(sessionId: string): Promise<boolean> {
    problem.value = null
    const { data, error } = await executeMutation({ session_id: sessionId })
    if (error) problem.value = failureFromGraphql(error)
    if (data) onAnswer(readFragment(SessionAnswerFragmentDoc, data.end_session))
    return Boolean(data)
  }

  return { end, isEnding: fetching, problem }
}
