import type { Sql } from 'postgres'
import type { Engine } from '../engine.ts'
import { HasuraError } from '../errors.ts'
import type { ActionCall, ActionResultPlan, RootPlan } from '../plan/types.ts'
import type { BindInput } from './bind.ts'
import { run, runMutationRoot } from './mutation.ts'
import { prepare, type PreparedOperation } from './prepare.ts'
import { translatePostgresError } from './postgres-errors.ts'
import { inTransaction } from './transaction.ts'
import type { GraphqlRequest, Session } from './types.ts'

/** Roots that are not SQL: the server runs them. Each gives JSON text. */
export interface ActionRunner {
  readonly call: (session: Session, action: ActionCall, root: RootPlan) => Promise<string>
  readonly enqueue: (session: Session, action: ActionCall) => Promise<string>
  readonly result: (session: Session, result: ActionResultPlan) => Promise<string>
}

const noActions: ActionRunner = {
  call: () => Promise.reject(notServed()),
  enqueue: () => Promise.reject(notServed()),
  result: () => Promise.reject(notServed()),
}

const notServed = () => new HasuraError('not-supported', 'actions are not served here')

/** Runs a query or mutation; `bodyText` is the response's JSON. Errors are thrown. */
export async function execute(
  engine: Engine,
  database: Sql,
  session: Session,
  request: GraphqlRequest,
  actions: ActionRunner = noActions,
): Promise<{ bodyText: string }> {
  const prepared = prepare(engine, session, request)
  return executePrepared(database, session, prepared, actions)
}

export async function executePrepared(
  database: Sql,
  session: Session,
  prepared: PreparedOperation,
  actions: ActionRunner = noActions,
): Promise<{ bodyText: string }> {
  const { plan } = prepared
  if (plan.kind === 'subscription')
    throw new HasuraError(
      'unexpected-payload',
      'subscriptions are not supported over HTTP, use websockets instead',
    )
  const results =
    plan.kind === 'query'
      ? await runQuery(database, session, prepared, actions)
      : await runMutationOperation(database, session, prepared, actions)
  const members = plan.roots.map(
    ({ key }, index) => `${JSON.stringify(key)}:${results[index] ?? 'null'}`,
  )
  return { bodyText: `{"data":{${members.join(',')}}}` }
}

async function runQuery(
  database: Sql,
  session: Session,
  { plan, query, variables, typesVersion }: PreparedOperation,
  actions: ActionRunner,
): Promise<string[]> {
  const input: BindInput = { session, variables, typesVersion }
  const rows = query ? run(database, query, input) : Promise.resolve([])
  const others = Promise.all(plan.roots.map((root) => runOther(session, root, actions)))
  const [[row], texts] = await Promise.all([rows, others])
  let column = 0
  return texts.map((text) => {
    if (text !== null) return text
    const value = row?.[`r${column}`] ?? 'null'
    column += 1
    return value
  })
}

/** null for the roots that the SQL statement answers. */
async function runOther(
  session: Session,
  root: RootPlan,
  actions: ActionRunner,
): Promise<string | null> {
  switch (root.kind) {
    case 'text':
      return root.text
    case 'action':
      return actions.call(session, root.action, root)
    case 'action-async-insert':
      return actions.enqueue(session, root.action)
    case 'action-async-result':
      return actions.result(session, root.result)
    default:
      return null
  }
}

/** SQL roots of a mutation are one transaction, in the order of the document. */
async function runMutationOperation(
  database: Sql,
  session: Session,
  { plan, variables, typesVersion }: PreparedOperation,
  actions: ActionRunner,
): Promise<string[]> {
  const input: BindInput = { session, variables, typesVersion }
  const results: (string | null)[] = []
  for (const root of plan.roots) results.push(await runOther(session, root, actions))
  if (!results.includes(null)) return results.map((text) => text ?? 'null')
  try {
    return await inTransaction(database, async (transaction) => {
      const settings = transaction.unsafe(SESSION_SETTING, [JSON.stringify(session.variables)], {
        prepare: true,
      })
      // Sent together with the first statement; a failure of either ends the transaction.
      settings.catch(() => undefined)
      const texts: string[] = []
      for (const [index, root] of plan.roots.entries())
        texts.push(results[index] ?? (await runMutationRoot(transaction, root, input)))
      await settings
      return texts
    })
  } catch (error) {
    throw translatePostgresError(error)
  }
}

/** Triggers read who writes from `hasura.user`, as under Hasura. */
const SESSION_SETTING = `select set_config('hasura.user', $1, true)`
