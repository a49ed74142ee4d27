import type { Sql } from 'postgres'
import type { RequestHeaders } from '../auth/headers.ts'
import { ensureEngineSchema } from '../engine-schema.ts'
import type { ActionRunner } from '../execute/execute.ts'
import type { GraphqlRequest, Session } from '../execute/types.ts'
import type { Json } from '../metadata/common.ts'
import type { ActionOutput, ActionResultPlan } from '../plan/types.ts'
import { findActionLog, insertActionLog, type ActionLogEntry } from './action-log.ts'
import { callHandler, type ActionDependencies } from './call-handler.ts'
import { forwardableHeaders } from './headers.ts'
import { fillRelationships } from './relationship-rows.ts'
import { shapeOutput, slotsOf, textOf } from './shape-output.ts'

export type ActionRequest = {
  /** Of the rows that complete answers. */
  database: Sql
  /** Of the log of asynchronous actions. */
  log: Sql
  dependencies: ActionDependencies
  request: GraphqlRequest
  headers: RequestHeaders
  /** Told when a new asynchronous action waits to be worked off. */
  enqueued(): void
  /** Cookies that handlers set; they are the client's. */
  setCookies: string[]
}

/** Runs the action roots of one request. */
export function createActionRunner(context: ActionRequest): ActionRunner {
  const { database, log, dependencies, request, headers, setCookies } = context
  const complete = async (session: Session, value: Json, output: ActionOutput) => {
    const shaped = shapeOutput(value, output)
    const variables = request.variables ?? {}
    await fillRelationships(database, slotsOf(shaped), { session, variables })
    return textOf(shaped)
  }
  return {
    call: async (session, { definition, input, output }) => {
      const answer = await callHandler(
        {
          action: definition,
          input,
          output,
          sessionVariables: session.variables,
          clientHeaders: headers,
          requestQuery: request.query,
        },
        dependencies,
      )
      setCookies.push(...answer.setCookies)
      return complete(session, answer.value, output)
    },
    enqueue: async (session, { definition, input }) => {
      await ensureEngineSchema(log)
      const forwards = definition.definition.forward_client_headers === true
      const id = await insertActionLog(log, {
        actionName: definition.name,
        input: { ...input },
        // Only what the handler will get is written down: the others may hold credentials.
        requestHeaders: forwards ? forwardableHeaders(headers) : {},
        sessionVariables: { ...session.variables },
        requestQuery: request.query,
      })
      context.enqueued()
      return JSON.stringify(id)
    },
    result: async (session, plan) => {
      await ensureEngineSchema(log)
      const entry = await findActionLog(log, plan.id)
      if (entry === undefined || !maySee(session, entry)) return 'null'
      return resultText(plan, entry, (output) => {
        const payload = entry.responsePayload
        return payload === null ? Promise.resolve('null') : complete(session, payload, output)
      })
    },
  }
}

/** As in Hasura: the admin, and whoever has all the session variables of the one who started it. */
function maySee(session: Session, entry: ActionLogEntry): boolean {
  if (session.role === 'admin') return true
  const own = Object.entries(session.variables)
  return (
    own.length === Object.keys(entry.sessionVariables).length &&
    own.every(([name, value]) => entry.sessionVariables[name] === value)
  )
}

async function resultText(
  plan: ActionResultPlan,
  entry: ActionLogEntry,
  outputText: (output: ActionOutput) => Promise<string>,
): Promise<string> {
  const members = await Promise.all(
    plan.fields.map(async (field) => {
      const key = JSON.stringify(field.key)
      switch (field.kind) {
        case 'typename':
          return `${key}:${JSON.stringify(field.value)}`
        case 'id':
          return `${key}:${JSON.stringify(entry.id)}`
        case 'created_at':
          return `${key}:${JSON.stringify(entry.createdAt)}`
        case 'errors':
          return `${key}:${JSON.stringify(entry.errors)}`
        case 'output':
          return `${key}:${await outputText(field.output)}`
        default:
          return field satisfies never
      }
    }),
  )
  return `{${members.join(',')}}`
}
