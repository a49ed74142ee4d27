import type { ExecutionResult, SubscriptionForwarder } from '@urql/core'
import type { GraphQLError } from 'graphql'
import type { Client } from 'graphql-ws'
import type { TokenSource } from '@/features/identity/access-tokens.ts'
import type { ConnectionReports } from './client.ts'
import { pauseWithJitter } from './socket.ts'

/** Errors of the operation itself: asking again would get the same answer. */
const LASTING_ERROR_CODES = new Set([
  'validation-failed',
  'permission-error',
  'permission-denied',
  'parse-failed',
  'not-supported',
  'bad-request',
  'not-exists',
  'constraint-violation',
])
/** Hasura closes with 4400 when the token has expired; graphql-ws takes all of these for the end of the matter. */
const TOKEN_CLOSE_CODES = new Set([4400, 4401, 4403])

type Request = Parameters<SubscriptionForwarder>[0]
type Sink = Parameters<ReturnType<SubscriptionForwarder>['subscribe']>[0]

interface Dependencies {
  socket: Client
  tokens: TokenSource
  reports: Pick<ConnectionReports, 'subscriptionInterrupted'>
}

/**
 * Keeps a subscription up until it is unsubscribed: over expired tokens, a restarted database behind the server, and
 * closes that the socket library does not retry. A live query starts again with a full result, so nothing is missed.
 */
export function createResilientSubscribe({ socket, tokens, reports }: Dependencies) {
  return (request: Request, sink: Sink) => {
    const operation = { ...request, query: request.query ?? '' }
    let run = 0
    let failedRuns = 0
    let isInterrupted = false
    let stop = () => {}

    function setInterrupted(value: boolean) {
      if (isInterrupted === value) return
      isInterrupted = value
      reports.subscriptionInterrupted(value ? 1 : -1)
    }

    /** Ends the current run, if it still is the current one, and starts the next after a pause. */
    async function again(endedRun: number, problem: unknown) {
      if (endedRun !== run) return
      const nextRun = ++run
      stop()
      setInterrupted(true)
      const isTokenClose = TOKEN_CLOSE_CODES.has(closeCode(problem))
      const isFirstTokenClose = isTokenClose && failedRuns === 0
      if (!isFirstTokenClose) await pauseWithJitter(failedRuns)
      failedRuns++
      if (isTokenClose && nextRun === run) await tokens.refresh().catch(() => {})
      if (nextRun === run) start(nextRun)
    }

    function start(thisRun: number) {
      stop = socket.subscribe(operation, {
        next(value) {
          if (thisRun !== run) return
          if (value.errors && isPassing(value.errors)) return void again(thisRun, value.errors)
          failedRuns = 0
          setInterrupted(false)
          sink.next(value as ExecutionResult)
        },
        // A live query has no end of its own: a server that completes it is going away.
        complete: () => void again(thisRun, null),
        error(problem) {
          if (thisRun !== run) return
          if (!Array.isArray(problem) || isPassing(problem)) return void again(thisRun, problem)
          setInterrupted(false)
          sink.error(problem)
        },
      })
    }

    start(run)
    return {
      unsubscribe() {
        run = -1
        setInterrupted(false)
        stop()
      },
    }
  }
}

function closeCode(problem: unknown): number {
  return typeof problem === 'object' && problem !== null && 'code' in problem
    ? Number(problem.code)
    : 0
}

function isPassing(errors: readonly unknown[]): boolean {
  return errors.every(
    (error) =>
      !LASTING_ERROR_CODES.has(String((error as Partial<GraphQLError>).extensions?.code ?? '')),
  )
}
