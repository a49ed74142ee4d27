import { parseType, type TypeNode } from 'graphql'
import { qualifiedKey, qualifiedText, type Json } from '../metadata/common.ts'
import type { ActionMetadata, CustomTypes } from '../metadata/actions.ts'
import type { Metadata } from '../metadata/types.ts'
import type { Catalog } from '../catalog/types.ts'
import { Inconsistency, type InconsistencyLog } from './inconsistency.ts'
import { isGraphqlName, quoted } from './names.ts'
import type { TrackedSource } from './tracked-types.ts'

const BUILT_IN = new Set(['Int', 'Float', 'String', 'Boolean', 'ID', 'bigint', 'smallint'])

/** The metadata without the actions and custom types that cannot be served; those are logged. */
export function checkActions(
  metadata: Metadata,
  catalog: Catalog,
  source: TrackedSource,
  log: InconsistencyLog,
): Metadata {
  const custom = metadata.custom_types ?? {}
  const customObject = { name: 'custom_types', type: 'custom_types', definition: custom as Json }
  const known = log.attempt(customObject, () => {
    checkCustomTypes(custom, catalog, source)
    return custom
  })
  const actions = (metadata.actions ?? []).filter((action) => {
    const object = {
      name: `action ${action.name}`,
      type: 'action',
      definition: action as unknown as Json,
    }
    return log.attempt(object, () => {
      checkAction(action, known ?? {}, catalog)
      return true
    })
  })
  return { ...metadata, custom_types: known ?? {}, actions }
}

function checkAction(action: ActionMetadata, custom: CustomTypes, catalog: Catalog): void {
  const { definition } = action
  const within = `in action ${quoted(action.name)}: `
  for (const { name } of [action, ...(definition.arguments ?? [])]) requireName(name, within)
  for (const { name, type } of definition.arguments ?? []) {
    const base = baseName(type)
    const isInput = custom.input_objects?.some((input) => input.name === base)
    if (!isInput && !isLeaf(base, custom, catalog))
      throw new Inconsistency(
        `${within}the type: ${quoted(base)} of the argument ${quoted(name)} is not defined in custom types or it is not a scalar/enum/input_object`,
      )
  }
  const output = definition.output_type
  if (output === undefined) throw new Inconsistency(`${within}the action has no output type`)
  const base = baseName(output)
  const isObject = custom.objects?.some((object) => object.name === base)
  if (!isObject && !isLeaf(base, custom, catalog))
    throw new Inconsistency(
      `${within}the type: ${quoted(base)} is not an object type defined in custom types`,
    )
  if (definition.type === 'query' && definition.kind === 'asynchronous')
    throw new Inconsistency(`${within}query actions cannot be asynchronous`)
}

function checkCustomTypes(custom: CustomTypes, catalog: Catalog, source: TrackedSource): void {
  const names = [custom.input_objects, custom.objects, custom.scalars, custom.enums].flatMap(
    (types) => (types ?? []).map(({ name }) => name),
  )
  const members = [...(custom.input_objects ?? []), ...(custom.objects ?? [])].flatMap(
    (type) => type.fields,
  )
  const relationships = (custom.objects ?? []).flatMap((type) => type.relationships ?? [])
  for (const { name } of [...members, ...relationships]) requireName(name, '')
  for (const { values } of custom.enums ?? [])
    for (const { value } of values) requireName(value, '')
  for (const name of names) requireName(name, '')
  const duplicate = names.find((name, index) => names.indexOf(name) !== index)
  if (duplicate !== undefined)
    throw new Inconsistency(`duplicate declarations of the type: ${quoted(duplicate)}`)
  for (const { name, fields } of custom.input_objects ?? [])
    for (const field of fields) {
      const base = baseName(field.type)
      const isInput = custom.input_objects?.some((input) => input.name === base)
      if (!isInput && !isLeaf(base, custom, catalog))
        throw new Inconsistency(
          `the type: ${quoted(base)} of the field ${quoted(field.name)} of the input object ${quoted(name)} is not a scalar, an enum or an input object`,
        )
    }
  for (const object of custom.objects ?? []) checkObject(object, custom, catalog, source)
}

function checkObject(
  { name, fields, relationships }: NonNullable<CustomTypes['objects']>[number],
  custom: CustomTypes,
  catalog: Catalog,
  source: TrackedSource,
): void {
  for (const field of fields) {
    const base = baseName(field.type)
    const isObject = custom.objects?.some((object) => object.name === base)
    if (!isObject && !isLeaf(base, custom, catalog))
      throw new Inconsistency(
        `the type: ${quoted(base)} of the field ${quoted(field.name)} of the object type ${quoted(name)} is not defined`,
      )
  }
  for (const { name: relationship, remote_table, field_mapping } of relationships ?? []) {
    const table = source.tables.get(qualifiedKey(remote_table))
    if (!table)
      throw new Inconsistency(
        `the remote table ${quoted(qualifiedText(remote_table))} of the relationship ${quoted(relationship)} of the object type ${quoted(name)} does not exist`,
      )
    for (const [field, column] of Object.entries(field_mapping)) {
      if (!fields.some((known) => known.name === field))
        throw new Inconsistency(
          `the field ${quoted(field)} of the relationship ${quoted(relationship)} does not exist in the object type ${quoted(name)}`,
        )
      if (!table.columns.some((known) => known.name === column))
        throw new Inconsistency(
          `the column ${quoted(column)} of the relationship ${quoted(relationship)} does not exist in the table ${quoted(qualifiedText(table))}`,
        )
    }
  }
}

function requireName(name: string, within: string): void {
  if (!isGraphqlName(name))
    throw new Inconsistency(`${within}${quoted(name)} is not a valid GraphQL identifier`)
}

function isLeaf(name: string, custom: CustomTypes, catalog: Catalog): boolean {
  return (
    BUILT_IN.has(name) ||
    [custom.scalars, custom.enums].some((types) => types?.some((type) => type.name === name)) ||
    catalog.scalarTypes.has(name)
  )
}

function baseName(text: string): string {
  let node: TypeNode
  try {
    node = parseType(text)
  } catch {
    throw new Inconsistency(`${quoted(text)} is not a GraphQL type`)
  }
  while (node.kind !== 'NamedType') node = node.type
  return node.name.value
}
