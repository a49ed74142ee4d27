import type { Engine } from '../engine.ts'
import { qualifiedKey, type QualifiedName } from '../metadata/common.ts'
import type { OperationPlan, RootPlan } from '../plan/types.ts'
import type { CompiledSql } from '../sql/fragment.ts'
import { cohortStatement, streamCohortStatement } from '../sql/operation.ts'
import { touchedTables } from '../sql/touched-tables.ts'
import { versioned } from './mutation.ts'
import { selectRoots, type PreparedOperation } from './prepare.ts'

/**
 * One statement for all subscribers whose plans are equal: `$1::text[]` are result ids, `$2::json[]` for each
 * the JSON array of `bind(statement.parameters, …)`. A row is `result_id`, `result` (the value of `data` as
 * JSON text) and, of a stream, `cursor`.
 */
export interface LiveQuery {
  readonly kind: 'live-query' | 'stream'
  /** Equal for equal plans: the statement's text. */
  readonly statement: CompiledSql
  /** What a change of which may change the answer, and whether there may be more (functions, views). */
  readonly tables: readonly { readonly name: QualifiedName; readonly oid: number }[]
  readonly isComplete: boolean
  /** Of a stream: the first cursor's parameters, for the runtime values `cursor0`…. */
  readonly cursor: Extract<RootPlan, { kind: 'stream' }>['stream']['cursor']
}

/** Subscribers with the same plan share what was compiled; plans are shared by the plan cache. */
const compiled = new WeakMap<OperationPlan, LiveQuery | null>()

/** null when the subscription has roots that SQL does not answer (asynchronous actions). */
export function compileLiveQuery(engine: Engine, { plan }: PreparedOperation): LiveQuery | null {
  const known = compiled.get(plan)
  if (known !== undefined) return known
  const live = compilePlan(engine, plan)
  compiled.set(plan, live)
  return live
}

function compilePlan(engine: Engine, plan: OperationPlan): LiveQuery | null {
  const [first] = plan.roots
  const stream = first?.kind === 'stream' ? first.stream : null
  const selects = selectRoots(plan)
  if (!stream && selects.length !== plan.roots.length) return null
  const touched = touchedTables(stream ? [stream.select] : selects.map(({ select }) => select))
  const tables = touched.tables.flatMap((name) => {
    const table = engine.catalog.tables.get(qualifiedKey(name))
    return table ? [{ name, oid: table.oid, isView: table.isView }] : []
  })
  const { text, parameters } =
    stream && first ? streamCohortStatement({ key: first.key, stream }) : cohortStatement(selects)
  return {
    kind: stream ? 'stream' : 'live-query',
    statement: { text: versioned(text, engine.catalog.typesVersion), parameters },
    tables: tables.map(({ name, oid }) => ({ name, oid })),
    isComplete: !touched.callsFunctions && !tables.some(({ isView }) => isView),
    cursor: stream?.cursor ?? [],
  }
}
