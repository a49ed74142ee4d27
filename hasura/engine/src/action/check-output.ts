import { HasuraError } from '../errors.ts'
import type { Json, JsonObject } from '../metadata/common.ts'
import type { ActionOutput } from '../plan/types.ts'

/**
 * Checks a handler's answer against the output type. The messages are Hasura's; beyond Hasura,
 * which looks at the outermost object only, nested objects and values of the built-in scalars and
 * of enums are checked too. Fields that the type does not have are ignored.
 */
export function checkOutput(value: Json, output: ActionOutput): void {
  if (value === null) {
    if (!output.nullable) throw unexpected('got null for the action webhook response')
    return
  }
  switch (output.kind) {
    case 'list':
      if (!Array.isArray(value)) throw unexpected('expecting array for the action webhook response')
      for (const item of value) checkOutput(item, output.of)
      return
    case 'scalar':
      checkScalar(value, output)
      return
    case 'object':
      checkObject(value, output)
      return
    default:
      output satisfies never
  }
}

function checkObject(value: Json, output: ActionOutput & { kind: 'object' }): void {
  if (Array.isArray(value)) {
    throw unexpected(`got array for the action webhook response, expecting ${output.typeName}`)
  }
  if (!isJsonObject(value)) throw wrongScalar(value, output.typeName)
  for (const field of output.allFields) {
    const fieldValue = value[field.name]
    if (fieldValue === undefined || fieldValue === null) {
      if (field.output.nullable) continue
      throw unexpected(
        fieldValue === null
          ? `expecting not null value for field "${field.name}"`
          : `field "${field.name}" expected in webhook response, but not found`,
      )
    }
    checkOutput(fieldValue, field.output)
  }
  // What is selected is known deeper than the type alone, which may contain itself.
  for (const field of output.fields) {
    if (field.kind === 'field') checkOutput(value[field.name] ?? null, field.output)
  }
}

function checkScalar(value: Json, output: ActionOutput & { kind: 'scalar' }): void {
  const { typeName, enumValues } = output
  if (enumValues !== null) {
    if (typeof value === 'string' && enumValues.includes(value)) return
    throw unexpected(
      `unexpected value for the enum ${typeName} in the action webhook response: ` +
        JSON.stringify(value).slice(0, 100),
    )
  }
  const fits = builtInScalars[typeName]
  if (fits === undefined || fits(value)) return
  if (Array.isArray(value)) {
    throw unexpected(`got array for the action webhook response, expecting ${typeName}`)
  }
  if (isJsonObject(value)) {
    throw unexpected(`got object for the action webhook response, expecting ${typeName}`)
  }
  throw wrongScalar(value, typeName)
}

/** Other scalars (those of PostgreSQL, and custom ones) take any JSON value, as in Hasura. */
const builtInScalars: Readonly<Record<string, (value: Json) => boolean>> = {
  Int: (value) => typeof value === 'number' && Number.isInteger(value),
  Float: (value) => typeof value === 'number',
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string' || typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
}

export const isJsonObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function wrongScalar(value: Json, typeName: string): HasuraError {
  const had = { string: 'String', number: 'Number', boolean: 'Boolean' }[typeof value as string]
  return unexpected(
    `got scalar ${had ?? 'value'} for the action webhook response, expecting ${typeName}`,
  )
}

const unexpected = (message: string): HasuraError => new HasuraError('unexpected', message)
