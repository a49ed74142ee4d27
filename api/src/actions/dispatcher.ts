import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { actionStatus, AppError, errorBody, invalidInput } from '../errors.ts'
import { toAppError } from '../http/failures.ts'
import type { AppEnvironment } from '../http/request-context.ts'
import { requireSecret } from '../http/secret.ts'
import type { Metrics } from '../observability.ts'
import type { ActionCall, ActionServices } from './action.ts'
import { MAXIMUM_BODY_BYTES, readJson } from './body.ts'
import { describeInputProblem } from './input.ts'
import { actions } from './registry.ts'
import { readSession } from './session.ts'

/** What Hasura posts: https://hasura.io/docs/2.0/actions/action-handlers/. */
const envelopeSchema = z.object({
  action: z.object({ name: z.string() }),
  input: z.record(z.string(), z.unknown()),
  session_variables: z.record(z.string(), z.unknown()),
})

export interface DispatcherOptions {
  services: ActionServices
  actionSecret: string
  metrics: Metrics
}

/** The one way into every action: secret → envelope → role → input → run → answer or named error. */
export function actionRoutes({ services, actionSecret, metrics }: DispatcherOptions) {
  const routes = new Hono<AppEnvironment>()
  routes.post('/:name', bodyLimit({ maxSize: MAXIMUM_BODY_BYTES }), async (c) => {
    const name = c.req.param('name')
    const knownName = actions.has(name) ? name : 'unknown'
    const log = c.get('log').child({ action: knownName })
    try {
      requireSecret(c.req.header('x-action-secret'), actionSecret)
      const answer = await runAction(name, await readJson(c.req.raw), { services, log })
      metrics.outcomes.inc({ action: knownName, outcome: 'ok' })
      return c.json(answer)
    } catch (thrown) {
      const error = toAppError(thrown, log, c.get('requestId'))
      metrics.outcomes.inc({ action: knownName, outcome: error.code })
      log.info({ code: error.code, details: error.details }, 'refused')
      return Response.json(errorBody(error), { status: actionStatus(error) })
    }
  })
  return routes
}

async function runAction(
  name: string,
  body: unknown,
  { services, log }: Pick<ActionCall<unknown>, 'services' | 'log'>,
): Promise<object> {
  const action = actions.get(name)
  if (!action) throw new AppError('not_found', {}, { message: 'There is no such action.' })
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) throw describeInputProblem(envelope.error)
  // A handler URL copied to the wrong action in the metadata would otherwise run the wrong thing.
  if (envelope.data.action.name !== name) throw invalidInput('action.name', 'same_as_route')
  const session = readSession(envelope.data.session_variables)
  if (!action.roles.includes(session.role)) throw new AppError('not_allowed', { rule: 'role' })
  const input = action.input.safeParse(envelope.data.input)
  if (!input.success) throw describeInputProblem(input.error)
  return action.run({ input: input.data, session, services, log })
}
