import { useClientHandle } from '@urql/vue'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { failureFromExtensions, isDecided, type Failure } from '../failure.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from '../idempotency-keys.ts'
import type { OperationCharge, OperationDefinition } from './operation.ts'
import { useOperationStream, type OperationEvent } from './operation-stream.ts'

export interface RunningOperation<Answer> {
  status: 'running'
  startedAt: number
  /** Over a stream a run can be cancelled; a plain action goes on when nobody waits for it. */
  way: 'stream' | 'action'
  partial: Partial<Answer> | null
}

export interface EndedOperation<Answer> {
  status: 'ended'
  /** `lost`: the connection broke, so the retry finds out whether the run was complete. */
  cause: 'cancelled' | 'lost'
  partial: Partial<Answer> | null
  /** null: ended before any credits were known to be held. */
  reservationId: string | null
}

export type OperationState<Answer> =
  | { status: 'idle' }
  | RunningOperation<Answer>
  | { status: 'done'; answer: Answer; estimatedCredits: number | null }
  /** `isDecided`: the server said no. Otherwise nobody knows yet, and a retry finds out. */
  | { status: 'failed'; problem: Failure; isDecided: boolean }
  | EndedOperation<Answer>
  | { status: 'stopped' }

interface Run<Answer> {
  controller: AbortController
  /** Ends the wait for a plain action. */
  stopWaiting: () => void
  partial: Partial<Answer> | null
  reservationId: string | null
  forgetKey: () => void
  estimatedCredits: number | null
}

/**
 * Runs the operation, at most once at a time: as a stream, or as the plain action where none can be opened. The
 * idempotency key of a request lives until the server has decided about it, so a retry after a lost connection, a
 * reload or a change of page gets the first run's answer and is charged at most once.
 *
 * @param options.scope who asks, for which organization: keys never cross over.
 */
export function useOperation<Draft extends object, Answer extends OperationCharge>(
  definition: OperationDefinition<Draft, Answer>,
  options: { scope: string; keys?: IdempotencyKeys },
) {
  const { client } = useClientHandle()
  const openStream = useOperationStream()
  const keys = options.keys ?? createIdempotencyKeys()
  const state = shallowRef<OperationState<Answer>>({ status: 'idle' })
  let current: Run<Answer> | null = null

  function run(input: object, levelId: string, estimatedCredits: number | null) {
    if (current) return
    const request = { ...input, quality_level: levelId }
    const identity = { scope: options.scope, ...request }
    const idempotency_key = keys.keyFor(definition.name, identity)
    current = {
      controller: new AbortController(),
      stopWaiting: () => {},
      partial: null,
      reservationId: null,
      forgetKey: () => keys.forget(definition.name, identity),
      estimatedCredits,
    }
    state.value = { status: 'running', startedAt: Date.now(), way: 'stream', partial: null }
    void stream(current, { ...request, idempotency_key })
  }

  async function stream(thisRun: Run<Answer>, input: object) {
    try {
      const opened = await openStream(definition.name, input, thisRun.controller.signal)
      if (current !== thisRun) return
      if (opened.status === 'unavailable') return askAction(thisRun, input)
      if (opened.status === 'refused') return fail(thisRun, opened.problem)
      // Read to the end even when the page is gone: leaving the loop would end the work.
      for await (const event of opened.events) {
        if (current === thisRun) receive(thisRun, event)
      }
    } catch {
      // Aborted, or broken in the middle: what is known by then is told below.
    }
    if (current === thisRun) end(thisRun, 'lost')
  }

  function receive(thisRun: Run<Answer>, { event, data }: OperationEvent) {
    switch (event) {
      case 'reservation':
        thisRun.reservationId = data.reservation_id
        return
      case 'delta':
        thisRun.partial = data.partial
        if (state.value.status === 'running')
          state.value = { ...state.value, partial: thisRun.partial }
        return
      case 'result':
        return finish(thisRun, data as Answer)
      case 'error':
        return fail(thisRun, failureFromExtensions(data.extensions, data.message))
    }
  }

  function askAction(thisRun: Run<Answer>, input: object) {
    if (state.value.status === 'running') state.value = { ...state.value, way: 'action' }
    thisRun.stopWaiting = definition.ask(client, input, (outcome) => {
      if (current !== thisRun) return
      if ('problem' in outcome) fail(thisRun, outcome.problem)
      else finish(thisRun, outcome.answer)
    })
  }

  function finish(thisRun: Run<Answer>, answer: Answer) {
    thisRun.forgetKey()
    current = null
    state.value = { status: 'done', answer, estimatedCredits: thisRun.estimatedCredits }
  }

  function fail(thisRun: Run<Answer>, problem: Failure) {
    if (isDecided(problem)) thisRun.forgetKey()
    current = null
    state.value = { status: 'failed', problem, isDecided: isDecided(problem) }
  }

  function end(thisRun: Run<Answer>, cause: EndedOperation<Answer>['cause']) {
    const { partial, reservationId } = thisRun
    current = null
    state.value = { status: 'ended', cause, partial, reservationId }
  }

  /** Ends the work of a stream. Of a plain action only the waiting: its answer comes by running the same text again. */
  function stop() {
    if (!current || state.value.status !== 'running') return
    const stopped = current
    if (state.value.way === 'action') {
      stopped.stopWaiting()
      current = null
      state.value = { status: 'stopped' }
      return
    }
    // The same text run again is meant as a new run.
    stopped.forgetKey()
    end(stopped, 'cancelled')
    stopped.controller.abort()
  }

  function clearFailure() {
    if (state.value.status === 'failed') state.value = { status: 'idle' }
  }

  // Whoever leaves the page has not cancelled: the run goes on, and the kept key brings its answer.
  onScopeDispose(() => {
    current = null
  })
  return {
    state,
    run,
    stop,
    clearFailure,
    isRunning: computed(() => state.value.status === 'running'),
  }
}
