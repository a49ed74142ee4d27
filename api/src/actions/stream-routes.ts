import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamSSE } from 'hono/streaming'
import type { HeldReservation, OperationWatcher } from '../ai/operation.ts'
import { ANONYMOUS_ROLE } from '../auth/hasura-roles.ts'
import type { VerifyToken } from '../auth/token-verifier.ts'
import { AppError, errorBody } from '../errors.ts'
import { toAppError } from '../http/failures.ts'
import type { AppEnvironment } from '../http/request-context.ts'
import type { Metrics } from '../observability.ts'
import type { ActionCall, ActionServices } from './action.ts'
import { MAXIMUM_BODY_BYTES, readJson } from './body.ts'
import { createEventChannel, type EventChannel } from './event-channel.ts'
import { describeInputProblem } from './input.ts'
import type { OperationAction } from './operation.ts'
import { operationActions } from './registry.ts'
import { readSession } from './session.ts'

/** Proxies close connections that are silent for longer. */
const KEEP_ALIVE_MILLISECONDS = 15_000

export interface StreamRoutesOptions {
  services: ActionServices
  verifyToken: VerifyToken
  metrics: Metrics
}

/**
 * Operations as server-sent events: the body is the action's arguments, the token is the one for
 * Hasura. What is refused before credits are held is a plain error answer; after that the status is
 * 200 and the last event is `result` or `error`. A client that disconnects ends the work.
 */
export function streamRoutes({ services, verifyToken, metrics }: StreamRoutesOptions) {
  const routes = new Hono<AppEnvironment>()
  routes.post('/:name/stream', bodyLimit({ maxSize: MAXIMUM_BODY_BYTES }), async (c) => {
    const operation = operationActions.get(c.req.param('name'))
    if (!operation) throw new AppError('not_found', {}, { message: 'There is no such operation.' })
    const log = c.get('log').child({ action: operation.name, stream: true })
    const authorization = c.req.header('authorization')
    // Customers of a form have no token of their own; the one of the form is in the input.
    const session =
      authorization === undefined
        ? readSession({ 'x-hasura-role': ANONYMOUS_ROLE })
        : readSession(await verifyToken(authorization, c.req.header('x-hasura-role')))
    if (!operation.roles.includes(session.role)) throw new AppError('not_allowed', { rule: 'role' })
    const input = operation.input.safeParse(await readJson(c.req.raw))
    if (!input.success) throw describeInputProblem(input.error)

    const gone = new AbortController()
    const { signal } = c.req.raw
    if (signal.aborted) gone.abort()
    else signal.addEventListener('abort', () => gone.abort(), { once: true })
    const events = createEventChannel()
    const call = { input: input.data, session, services, log }
    const work = begin(operation, call, events, gone.signal)
    const ended = work.ended.then(
      () => metrics.outcomes.inc({ action: operation.name, outcome: 'ok' }),
      (thrown: unknown) => {
        const error = toAppError(thrown, log, c.get('requestId'))
        metrics.outcomes.inc({ action: operation.name, outcome: error.code })
        events.push({ event: 'error', data: errorBody(error) })
        events.close()
        throw error
      },
    )
    // Once credits are held, an error is an event; before, it is the answer.
    await Promise.race([work.reserved, ended])
    ended.catch(() => undefined)
    return sendEvents(c, events, gone)
  })
  return routes
}

/** Starts the work; `reserved` resolves when credits are held and there is something to stream. */
function begin(
  operation: OperationAction,
  call: ActionCall<unknown>,
  events: EventChannel,
  gone: AbortSignal,
): { reserved: Promise<void>; ended: Promise<void> } {
  let isReserved = () => {}
  const reserved = new Promise<void>((resolve) => (isReserved = resolve))
  const watcher: OperationWatcher = {
    reserved(reservation) {
      events.push({ event: 'reservation', data: describeReservation(reservation) })
      isReserved()
    },
    progressed: (progress) => events.push({ event: 'delta', data: progress }),
    gone,
  }
  const ended = operation.watch(call, watcher).then((output) => {
    events.push({ event: 'result', data: output })
    events.close()
  })
  return { reserved, ended }
}

function sendEvents(
  c: Context<AppEnvironment>,
  events: EventChannel,
  gone: AbortController,
): Response {
  // nginx would otherwise keep the events until the end.
  c.header('x-accel-buffering', 'no')
  return streamSSE(c, async (out) => {
    out.onAbort(() => gone.abort())
    const timer = setInterval(() => void out.write(': still running\n\n'), KEEP_ALIVE_MILLISECONDS)
    try {
      for await (const { event, data } of events) {
        if (out.aborted) break
        await out.writeSSE({ event, data: JSON.stringify(data) })
      }
    } finally {
      clearInterval(timer)
    }
  })
}

function describeReservation(reservation: HeldReservation): object {
  return {
    reservation_id: reservation.reservationId,
    amount_credits: reservation.amountCredits,
    available_credits: reservation.availableCredits,
    quality_level: reservation.qualityLevel,
    model: reservation.model,
    expires_at: reservation.expiresAt,
    replayed: reservation.replayed,
  }
}
