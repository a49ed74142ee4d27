import { LRUCache } from 'lru-cache'
import type { Engine } from '../engine.ts'
import { HasuraError, validationFailed } from '../errors.ts'
import { exactDigits, stringifyJson } from '../exact-json.ts'
import type { Json } from '../metadata/common.ts'
import { PlanContext } from '../plan/context.ts'
import { planOperation } from '../plan/operation.ts'
import type { OperationPlan } from '../plan/types.ts'
import { readVariables, type VariableValues } from '../plan/variables.ts'
import { queryStatement, type RootSelect } from '../sql/operation.ts'
import type { CompiledSql } from '../sql/fragment.ts'
import { parseDocument, type ParsedDocument } from './document.ts'
import type { GraphqlRequest, Session } from './types.ts'

/** A planned operation; variables are bound when it runs. */
export interface PreparedOperation {
  readonly plan: OperationPlan
  /** The SQL roots of a query, one statement. */
  readonly query: CompiledSql | null
  readonly variables: VariableValues
  readonly typesVersion: string
}

type Planned = Omit<PreparedOperation, 'variables' | 'typesVersion'>

interface Document {
  readonly parsed: ParsedDocument
  /** Variables whose values shape the plan, as far as plans of this document have shown. */
  readonly structural: Set<string>
}

interface Caches {
  readonly documents: LRUCache<string, Document>
  /** Plans of one document differ by the values of structural variables. */
  readonly plans: LRUCache<string, Planned>
}

/** Characters of documents, keys and statements that are kept; a plan's tree is of the same order. */
const MAX_CACHED_CHARACTERS = 20_000_000

const caches = new WeakMap<Engine, Caches>()

/**
 * Plans a request. A plan is used again when role, document and operation are the same and so are the
 * values of the variables that shaped it; that the others are null or not counts too.
 */
export function prepare(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
): PreparedOperation {
  try {
    return prepareWithin(engine, session, request)
  } catch (error) {
    // Documents and values are trees that are walked by recursion; the stack is the last limit.
    if (error instanceof RangeError) throw validationFailed('the request is nested too deeply', '$')
    throw error
  }
}

function prepareWithin(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
): PreparedOperation {
  const backendOnly = usesBackendOnly(session)
  const operationName = request.operationName ?? null
  const { documents, plans } = cachesOf(engine)
  const key = JSON.stringify([session.role, backendOnly, operationName, request.query])
  let document = documents.get(key)
  if (!document) {
    const parsed = parseDocument(request.query, operationName, engine.settings.maxTokens)
    document = { parsed, structural: new Set() }
    documents.set(key, document)
  }
  const variables = request.variables ?? {}
  checkUnexpected(variables, document.parsed)
  const { typesVersion } = engine.catalog
  const known = plans.get(shapeKey(key, document, variables))
  if (known) return { ...known, variables, typesVersion }
  const planned = plan(engine, session, backendOnly, document, variables)
  plans.set(shapeKey(key, document, variables), planned)
  return { ...planned, variables, typesVersion }
}

function cachesOf(engine: Engine): Caches {
  const known = caches.get(engine)
  if (known) return known
  const limits = { max: engine.settings.planCacheSize, maxSize: MAX_CACHED_CHARACTERS }
  const made: Caches = {
    documents: new LRUCache({ ...limits, sizeCalculation: (_document, key) => key.length }),
    plans: new LRUCache({
      ...limits,
      sizeCalculation: ({ query }, key) => key.length + (query?.text.length ?? 0),
    }),
  }
  caches.set(engine, made)
  return made
}

function plan(
  engine: Engine,
  session: Session,
  backendOnly: boolean,
  { parsed, structural }: Document,
  values: VariableValues,
): Planned {
  const { operation, fragments } = parsed
  const { schema, allowsIntrospection } = engine.roleSchema(session.role, backendOnly)
  const context = new PlanContext({
    schema,
    allowsIntrospection,
    role: session.role,
    stringify: engine.settings.stringifyNumericTypes,
    fragments,
    variables: readVariables(operation, values),
    limits: engine.settings,
  })
  const operationPlan = planOperation(context, operation)
  for (const name of context.structural) structural.add(name)
  const selects = selectRoots(operationPlan)
  const isQuery = operationPlan.kind !== 'mutation'
  return {
    plan: operationPlan,
    query: isQuery && selects.length > 0 ? queryStatement(selects) : null,
  }
}

export const selectRoots = ({ roots }: OperationPlan): RootSelect[] =>
  roots.flatMap((root) => (root.kind === 'select' ? [{ key: root.key, select: root.select }] : []))

/** Values that no variable of the operation takes are most likely misspelt. */
function checkUnexpected(values: VariableValues, { usedVariables }: ParsedDocument): void {
  const unexpected = Object.keys(values).filter((name) => !usedVariables.has(name))
  if (unexpected.length > 0)
    throw validationFailed(`unexpected variables in variableValues: ${unexpected.join(', ')}`, '$')
}

function shapeKey(
  documentKey: string,
  { parsed, structural }: Document,
  values: VariableValues,
): string {
  const shape = (parsed.operation.variableDefinitions ?? []).map(({ variable }): Json => {
    const name = variable.name.value
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return 0
    if (value === null) return 1
    return structural.has(name) ? [exactDigits(values, name) ?? stringifyJson(value)] : 2
  })
  return `${JSON.stringify(shape)} ${documentKey}`
}

const BACKEND_ONLY = 'x-hasura-use-backend-only-permissions'
const TRUE = new Set(['true', 't', 'yes', 'y'])
const FALSE = new Set(['false', 'f', 'no', 'n'])

/** The header counts only together with the admin secret. */
export function usesBackendOnly({ variables, isAdmin, role }: Session): boolean {
  const value = variables[BACKEND_ONLY]?.toLowerCase()
  if (value === undefined || !isAdmin) return role === 'admin'
  if (TRUE.has(value)) return true
  if (FALSE.has(value)) return false
  throw new HasuraError(
    'bad-request',
    `${BACKEND_ONLY}:  Not a valid boolean text. True values are ["true","t","yes","y"] and  False values are ["false","f","no","n"]. All values are case insensitive`,
  )
}
