import {
  parse,
  print,
  type DefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
} from 'graphql'
import type { Json } from './common.ts'

type Entry = Record<string, Json>

interface Sdl {
  actions: Map<string, Entry>
  input_objects: Entry[]
  objects: Entry[]
  scalars: Entry[]
  enums: Entry[]
}

/**
 * actions.yaml and actions.graphql as one: the SDL holds arguments, output types and custom types, the
 * YAML all that SDL cannot say (handlers, permissions, relationships). This is what the CLI does.
 */
export function mergeActionsSdl(yaml: Entry, text: string): Entry {
  const sdl = readSdl(text)
  const actions = entries(yaml.actions).map((action) => {
    const fromSdl = sdl.actions.get(String(action.name)) ?? {}
    const { description, ...definition } = fromSdl
    return {
      ...(description === undefined ? {} : { comment: description }),
      ...action,
      definition: { ...definition, ...record(action.definition) },
    }
  })
  const custom = record(yaml.custom_types)
  const merge = (types: readonly Entry[], kind: keyof Sdl) => {
    const stated = entries(custom[kind])
    return types.map((type) => ({ ...type, ...stated.find(({ name }) => name === type.name) }))
  }
  return {
    ...yaml,
    actions,
    custom_types: {
      input_objects: merge(sdl.input_objects, 'input_objects'),
      objects: merge(sdl.objects, 'objects'),
      scalars: merge(sdl.scalars, 'scalars'),
      enums: merge(sdl.enums, 'enums'),
    },
  }
}

const record = (value: Json | undefined): Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}

const entries = (value: Json | undefined): Entry[] =>
  Array.isArray(value) ? value.map((item) => record(item)) : []

function readSdl(text: string): Sdl {
  const sdl: Sdl = { actions: new Map(), input_objects: [], objects: [], scalars: [], enums: [] }
  if (text.trim() === '') return sdl
  for (const definition of parse(text).definitions) readDefinition(sdl, definition)
  return sdl
}

const described = (node: { description?: { value: string } | undefined }): Entry =>
  node.description ? { description: node.description.value } : {}

const field = (node: FieldDefinitionNode | InputValueDefinitionNode): Entry => ({
  name: node.name.value,
  type: print(node.type),
  ...described(node),
})

function readDefinition(sdl: Sdl, node: DefinitionNode): void {
  if (node.kind === 'ObjectTypeDefinition' || node.kind === 'ObjectTypeExtension') {
    const name = node.name.value
    if (name === 'Query' || name === 'Mutation') {
      for (const action of node.fields ?? [])
        sdl.actions.set(action.name.value, {
          type: name === 'Query' ? 'query' : 'mutation',
          arguments: (action.arguments ?? []).map(field),
          output_type: print(action.type),
          ...described(action),
        })
      return
    }
    const description = node.kind === 'ObjectTypeDefinition' ? described(node) : {}
    sdl.objects.push({ name, fields: (node.fields ?? []).map(field), ...description })
  } else if (node.kind === 'InputObjectTypeDefinition') {
    const fields = (node.fields ?? []).map(field)
    sdl.input_objects.push({ name: node.name.value, fields, ...described(node) })
  } else if (node.kind === 'ScalarTypeDefinition') {
    sdl.scalars.push({ name: node.name.value, ...described(node) })
  } else if (node.kind === 'EnumTypeDefinition') {
    const values = (node.values ?? []).map((value) => ({
      value: value.name.value,
      ...described(value),
    }))
    sdl.enums.push({ name: node.name.value, values, ...described(node) })
  }
}
