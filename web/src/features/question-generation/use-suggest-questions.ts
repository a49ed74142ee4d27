import { useClientHandle } from '@urql/vue'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { SuggestQuestionsDocument, type SuggestQuestionsMutation } from '@/gql/member/graphql.ts'
import { failureFromGraphql, isDecided, type Failure } from '@/shared/failure.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from '@/shared/idempotency-keys.ts'

export interface QuestionsRequest {
  product_name: string
  product_description: string
  count: number
  quality_level: string
}

export type SuggestedQuestions = SuggestQuestionsMutation['suggest_questions']

export type RunState =
  | { status: 'idle' }
  | { status: 'running'; startedAt: number }
  | { status: 'done'; result: SuggestedQuestions; estimatedCredits: number | null }
  /** `isDecided`: the server said no and charged nothing. Otherwise nobody knows yet, and a retry finds out. */
  | { status: 'failed'; problem: Failure; isDecided: boolean }
  | { status: 'stopped' }

const OPERATION = 'suggest_questions'

/**
 * Runs the operation, at most once at a time. The idempotency key of a request lives until the server has decided about
 * it, so a retry after a lost connection, a reload or a stop gets the first run's answer and is charged at most once.
 *
 * @param options.scope who asks, for which organization: keys never cross over.
 */
export function useSuggestQuestions(options: { scope: string; keys?: IdempotencyKeys }) {
  const { client } = useClientHandle()
  const keys = options.keys ?? createIdempotencyKeys()
  const state = shallowRef<RunState>({ status: 'idle' })
  let unsubscribe = () => {}

  function run(request: QuestionsRequest, estimatedCredits: number | null) {
    if (state.value.status === 'running') return
    const identity = { scope: options.scope, ...request }
    const idempotency_key = keys.keyFor(OPERATION, identity)
    state.value = { status: 'running', startedAt: Date.now() }

    const pending = client
      .mutation(SuggestQuestionsDocument, { input: { ...request, idempotency_key } })
      .subscribe(({ data, error }) => {
        if (error) {
          const problem = failureFromGraphql(error)
          if (isDecided(problem)) keys.forget(OPERATION, identity)
          state.value = { status: 'failed', problem, isDecided: isDecided(problem) }
        } else if (data) {
          keys.forget(OPERATION, identity)
          state.value = { status: 'done', result: data.suggest_questions, estimatedCredits }
        }
      })
    unsubscribe = pending.unsubscribe
  }

  /** Stops waiting. The server goes on; its answer is fetched by running the same request again. */
  function stop() {
    if (state.value.status !== 'running') return
    unsubscribe()
    state.value = { status: 'stopped' }
  }

  function clearFailure() {
    if (state.value.status === 'failed') state.value = { status: 'idle' }
  }

  onScopeDispose(() => unsubscribe())
  return {
    state,
    run,
    stop,
    clearFailure,
    isRunning: computed(() => state.value.status === 'running'),
  }
}
