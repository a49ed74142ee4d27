import { sameName } from '../catalog/types-by-oid.ts'
import type { Catalog, CatalogFunction } from '../catalog/types.ts'
import { qualifiedKey, qualifiedText, type QualifiedName } from '../metadata/common.ts'
import type { ComputedFieldMetadata, FunctionMetadata } from '../metadata/tables.ts'
import { Inconsistency } from './inconsistency.ts'
import { defaultGraphqlName, isGraphqlName, quoted } from './names.ts'
import { scalarName } from './scalars.ts'
import type {
  FunctionArgumentInfo,
  TrackedComputedField,
  TrackedFunction,
  TrackedTable,
} from './tracked-types.ts'

function onlyOverload(catalog: Catalog, name: QualifiedName): CatalogFunction {
  const overloads = catalog.functions.get(qualifiedKey(name)) ?? []
  const [only] = overloads
  if (!only) throw new Inconsistency(`no such function exists: ${quoted(qualifiedText(name))}`)
  if (overloads.length > 1)
    throw new Inconsistency(
      `the function ${quoted(qualifiedText(name))} is overloaded. Overloaded functions are not supported`,
    )
  return only
}

/** Hasura's rules for functions that become root fields. */
export function trackFunction(
  catalog: Catalog,
  tables: ReadonlyMap<string, TrackedTable>,
  metadata: FunctionMetadata,
): TrackedFunction {
  const name = qualifiedText(metadata.function)
  const within = `in function ${quoted(name)}: `
  const refuse = (reason: string) =>
    new Inconsistency(`${within}the function ${quoted(name)} cannot be tracked because ${reason}`)
  const overloads = catalog.functions.get(qualifiedKey(metadata.function)) ?? []
  if (overloads.length !== 1)
    throw new Inconsistency(
      overloads.length === 0
        ? `${within}no such function exists in postgres : ${quoted(name)}`
        : `${within}function ${quoted(name)} is overloaded. Overloaded functions are not supported`,
    )
  const pgFunction = onlyOverload(catalog, metadata.function)
  const configuration = metadata.configuration
  const volatile = pgFunction.volatility === 'volatile'
  if (configuration?.exposed_as === 'mutation' && !volatile)
    throw refuse(
      'the function was requested to be exposed as a mutation, but is not marked VOLATILE. Maybe the function was given the wrong volatility when it was defined?',
    )
  if (pgFunction.variadic) throw refuse('function with "VARIADIC" parameters are not supported')
  if (pgFunction.returnType.kind !== 'composite')
    throw refuse('the function does not return a "COMPOSITE" type')
  if (!pgFunction.returnTable || !tables.has(qualifiedKey(pgFunction.returnTable)))
    throw refuse('the function does not return a table that is tracked')
  const custom = configuration?.custom_root_fields
  const graphqlName = configuration?.custom_name ?? defaultGraphqlName(metadata.function)
  if (!isGraphqlName(graphqlName)) throw refuse('its name is not a valid GraphQL name')
  return {
    function: pgFunction,
    returnTable: pgFunction.returnTable,
    graphqlName: custom?.function ?? graphqlName,
    aggregateName: custom?.function_aggregate ?? `${graphqlName}_aggregate`,
    argumentsTypeName: `${graphqlName}_args`,
    arguments: functionArguments(pgFunction, null, configuration?.session_argument ?? null, within),
    exposedAs: configuration?.exposed_as ?? (volatile ? 'mutation' : 'query'),
    comment: metadata.comment ?? pgFunction.comment,
    roles: (metadata.permissions ?? []).map(({ role }) => role),
  }
}

function functionArguments(
  pgFunction: CatalogFunction,
  rowArgument: number | null,
  sessionArgument: string | null,
  within: string,
): FunctionArgumentInfo[] {
  if (sessionArgument !== null) {
    const argument = pgFunction.arguments.find(({ name }) => name === sessionArgument)
    if (!argument)
      throw new Inconsistency(
        `${within}the session argument ${quoted(sessionArgument)} of the function ${quoted(qualifiedText(pgFunction))} does not exist`,
      )
    if (argument.type.name !== 'json' && argument.type.name !== 'jsonb')
      throw new Inconsistency(
        `${within}given session argument ${quoted(sessionArgument)} is not of type json`,
      )
  }
  const nameless = pgFunction.arguments.filter(
    ({ name, type }) => (name !== null && !isGraphqlName(name)) || !isGraphqlName(scalarName(type)),
  )
  if (nameless.length > 0)
    throw new Inconsistency(
      `${within}the following arguments or their types have names that are not valid GraphQL identifiers: ${nameless.map(({ name, type }) => quoted(name ?? type.name)).join(', ')}`,
    )
  let unnamed = 0
  return pgFunction.arguments.map(({ name, type, hasDefault }, index) => {
    const role =
      index === rowArgument
        ? 'row'
        : sessionArgument !== null && name === sessionArgument
          ? 'session'
          : 'input'
    if (role === 'input' && name === null) unnamed += 1
    return { graphqlName: name ?? `arg_${unnamed}`, name, type, hasDefault, role }
  })
}

/** Hasura's rules for functions that become fields of a table. */
export function trackComputedField(
  catalog: Catalog,
  tables: ReadonlyMap<string, TrackedTable>,
  table: TrackedTable,
  { name, definition, comment }: ComputedFieldMetadata,
): TrackedComputedField {
  const functionName = qualifiedText(definition.function)
  const within = `in table ${quoted(qualifiedText(table))}: in computed field ${quoted(name)}: `
  const refuse = (reason: string) =>
    new Inconsistency(
      `${within}the computed field ${quoted(name)} cannot be added to table ${quoted(qualifiedText(table))} because ${reason}`,
    )
  if (!isGraphqlName(name)) throw refuse('it is not a valid GraphQL name')
  const taken = [
    ...table.columns.map(({ graphqlName }) => graphqlName),
    ...table.relationships.map((relationship) => relationship.name),
  ]
  if (taken.includes(name))
    throw new Inconsistency(
      `${within}field with name ${quoted(name)} already exists in table ${quoted(qualifiedText(table))}`,
    )
  const pgFunction = onlyOverload(catalog, definition.function)
  if (pgFunction.volatility === 'volatile')
    throw refuse(
      `the function ${quoted(functionName)} is of type VOLATILE; cannot be added as a computed field`,
    )
  const rowArgument = pgFunction.arguments.findIndex(
    (argument) => !definition.table_argument || argument.name === definition.table_argument,
  )
  const rowType = pgFunction.arguments[rowArgument]?.type
  if (!rowType)
    throw refuse(
      `${quoted(definition.table_argument ?? '')} is not an input argument of the function ${quoted(functionName)}`,
    )
  if (rowType.kind !== 'composite' || !sameName(rowType, table))
    throw refuse(
      `first argument of the function ${quoted(functionName)} is not of the table row type`,
    )
  return {
    name,
    description:
      comment ??
      pgFunction.comment ??
      `A computed field, executes function ${quoted(functionName)}`,
    function: pgFunction,
    arguments: functionArguments(
      pgFunction,
      rowArgument,
      definition.session_argument ?? null,
      within,
    ),
    returns: computedReturn(pgFunction, tables, refuse),
  }
}

function computedReturn(
  pgFunction: CatalogFunction,
  tables: ReadonlyMap<string, TrackedTable>,
  refuse: (reason: string) => Inconsistency,
): TrackedComputedField['returns'] {
  const { returnType, returnsSet, returnTable } = pgFunction
  if (returnTable) {
    if (!tables.has(qualifiedKey(returnTable)))
      throw refuse(
        `the function ${quoted(qualifiedText(pgFunction))} returning type ${quoted(qualifiedText(returnTable))} is not tracked`,
      )
    return { kind: 'table', table: returnTable }
  }
  if (
    returnsSet ||
    !isGraphqlName(scalarName(returnType)) ||
    returnType.kind === 'pseudo' ||
    returnType.kind === 'composite'
  )
    throw refuse(
      `the function ${quoted(qualifiedText(pgFunction))} returning ${returnsSet ? 'SETOF ' : ''}type ${returnType.name} is not a BASE type`,
    )
  return { kind: 'scalar', type: returnType }
}
