import {
  print,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql'
import { validationFailed } from '../errors.ts'
import type { PlanContext } from './context.ts'
import { readInput } from './input.ts'

/** A field of a selection set, with all selections of the same response key merged. */
export interface CollectedField {
  readonly key: string
  readonly name: string
  /** null for `__typename` */
  readonly field: GraphQLField<unknown, unknown> | null
  readonly arguments: readonly ArgumentNode[]
  readonly selections: readonly SelectionSetNode[]
  readonly path: string
  readonly depth: number
}

/** `__schema` and `__type` of the query root. */
function metaField(context: PlanContext, type: GraphQLObjectType, name: string) {
  if (type !== context.schema.getQueryType() || !context.allowsIntrospection) return undefined
  return [SchemaMetaFieldDef, TypeMetaFieldDef].find((field) => field.name === name)
}

type Merged = Map<string, { node: FieldNode; selections: SelectionSetNode[] }>

/** Flattens fragments, applies `@skip` and `@include`, merges, and looks the fields up in the type. */
export function collectFields(
  context: PlanContext,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  path: string,
  depth: number,
): CollectedField[] {
  context.checkDepth(depth)
  const inside = `${path}.selectionSet`
  if (selections.length === 0)
    throw validationFailed(`missing selection set for '${type.name}'`, inside)
  const merged: Merged = new Map()
  for (const selection of selections) flatten(context, type, selection, inside, merged)
  const fields = type.getFields()
  return [...merged].map(([key, { node, selections: inner }]) => {
    const name = node.name.value
    const fieldPath = `${inside}.${name}`
    const field = name === '__typename' ? null : (fields[name] ?? metaField(context, type, name))
    if (field === undefined)
      throw validationFailed(`field '${name}' not found in type: '${type.name}'`, fieldPath)
    return {
      key,
      name,
      field,
      arguments: node.arguments ?? [],
      selections: inner,
      path: fieldPath,
      depth: depth + 1,
    }
  })
}

/** Fragments that lead back to themselves have been refused before. */
function flatten(
  context: PlanContext,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  path: string,
  merged: Merged,
): void {
  for (const selection of selections) {
    context.countField(path)
    if (!isIncluded(context, selection.directives ?? [], selection.kind, path)) continue
    if (selection.kind === 'Field') {
      mergeField(merged, selection, path)
      continue
    }
    if (selection.kind === 'InlineFragment') {
      const on = selection.typeCondition?.name.value
      if (on !== undefined && on !== type.name) continue
      flatten(context, type, selection.selectionSet, path, merged)
      continue
    }
    const name = selection.name.value
    const fragment = context.fragments.get(name)
    if (!fragment) throw validationFailed(`reference to undefined fragment '${name}'`, path)
    if (fragment.typeCondition.name.value !== type.name) continue
    flatten(context, type, fragment.selectionSet, path, merged)
  }
}

function mergeField(merged: Merged, node: FieldNode, path: string): void {
  const key = node.alias?.value ?? node.name.value
  const known = merged.get(key)
  const selections = node.selectionSet ? [node.selectionSet] : []
  if (!known) {
    merged.set(key, { node, selections })
    return
  }
  if (known.node.name.value !== node.name.value)
    throw validationFailed(
      `selection of both '${known.node.name.value}' and '${node.name.value}' specify the same response name, '${key}'`,
      path,
    )
  if (argumentsText(known.node) !== argumentsText(node))
    throw validationFailed(
      `inconsistent arguments between multiple selections of field '${node.name.value}'`,
      path,
    )
  known.selections.push(...selections)
}

const argumentsText = ({ arguments: args }: FieldNode): string =>
  (args ?? [])
    .map((argument) => print(argument))
    .sort()
    .join()

/** Directives that the engine knows but that change nothing here. */
const INERT = new Set(['_multiple_top_level_fields', 'cached'])

function isIncluded(
  context: PlanContext,
  directives: readonly DirectiveNode[],
  kind: string,
  path: string,
): boolean {
  let included = true
  const seen = new Set<string>()
  for (const directive of directives) {
    const name = directive.name.value
    if (seen.has(name))
      throw validationFailed(
        `directive '${name}' is used more than once at the same location`,
        path,
      )
    seen.add(name)
    if (name === 'include' || name === 'skip') {
      if (condition(context, directive, path) === (name === 'skip')) included = false
    } else if (INERT.has(name)) {
      throw validationFailed(`directive '${name}' is not allowed on a ${kind.toLowerCase()}`, path)
    } else {
      throw validationFailed(`directive '${name}' is not defined in the schema`, path)
    }
  }
  return included
}

function condition(context: PlanContext, directive: DirectiveNode, path: string): boolean {
  const definition = context.schema
    .getDirectives()
    .find(({ name }) => name === directive.name.value)
  const argument = definition?.args.find(({ name }) => name === 'if')
  const given = directive.arguments?.find(({ name }) => name.value === 'if')
  const at = `${path}.${directive.name.value}.if`
  if (!argument || !given) throw validationFailed(`missing required field 'if'`, at)
  const value = readInput(context, argument.type, { node: given.value }, at, { structural: true })
  if (value.kind !== 'leaf' || typeof value.json !== 'boolean')
    throw validationFailed(`expected a boolean for type 'Boolean', but found something else`, at)
  return value.json
}
