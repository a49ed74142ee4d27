import type { Sql } from 'postgres'
import type { Engine } from '../engine.ts'
import { bind } from '../execute/bind.ts'
import { executePrepared, type ActionRunner } from '../execute/execute.ts'
import { compileLiveQuery, type LiveQuery } from '../execute/live-query.ts'
import type { PreparedOperation } from '../execute/prepare.ts'
import type { Session, SqlValue } from '../execute/types.ts'
import type { OperationPlan } from '../plan/types.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { OperationSink } from './websocket-connection.ts'

type SubscriptionContext = {
  engine: Engine
  sql: Sql
  subscriptions: Subscriptions
  runner: ActionRunner
  refetchIntervalMilliseconds: number
}

/** Plans are shared by all sessions that send the same document, so their statements are too. */
const compiled = new WeakMap<OperationPlan, LiveQuery | null>()

/** Begins a subscription; the function that it answers ends it. */
export function startSubscription(
  prepared: PreparedOperation,
  session: Session,
  sink: OperationSink,
  context: SubscriptionContext,
): () => void {
  const { engine, subscriptions } = context
  let live = compiled.get(prepared.plan)
  if (live === undefined) {
    live = compileLiveQuery(engine, prepared)
    compiled.set(prepared.plan, live)
  }
  if (live === null) return pollOtherRoots(prepared, session, sink, context)
  const { text, parameters } = live.statement
  const relations = live.tables.map(({ oid }) => oid)
  const input = { session, variables: prepared.variables }
  if (live.kind === 'live-query') {
    const values = JSON.stringify(bind(parameters, input))
    const subscriber = { next: (payload: string) => sink.replace(payload) }
    return subscriptions.liveQueries.subscribe({ text, values, relations }, subscriber)
  }
  const initial = bind(
    live.cursor.map((column) => column.initial),
    input,
  )
  const valuesAt = (cursor: string | null) => {
    const position = cursor === null ? initial : (JSON.parse(cursor) as SqlValue[])
    const runtime = Object.fromEntries(
      position.map((value, index) => [`cursor${index}`, value] as const),
    )
    return JSON.stringify(bind(parameters, { ...input, runtime }))
  }
  return subscriptions.streams.subscribe({ text, valuesAt, relations }, sink)
}

/** Results of asynchronous actions: no table tells of them, so they are asked for at the interval. */
function pollOtherRoots(
  prepared: PreparedOperation,
  session: Session,
  sink: OperationSink,
  { sql, runner, refetchIntervalMilliseconds }: SubscriptionContext,
): () => void {
  const asQuery = { ...prepared, plan: { ...prepared.plan, kind: 'query' as const } }
  let last: string | undefined
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const poll = async () => {
    try {
      const { bodyText } = await executePrepared(sql, session, asQuery, runner)
      if (stopped) return
      if (bodyText !== last) sink.replace(bodyText)
      last = bodyText
      timer = setTimeout(() => void poll(), refetchIntervalMilliseconds)
    } catch (error) {
      if (!stopped) sink.error(error)
    }
  }
  void poll()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
