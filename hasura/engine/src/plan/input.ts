import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  print,
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLScalarType,
} from 'graphql'
import { validationFailed } from '../errors.ts'
import { putMember } from '../exact-json.ts'
import type { Json, JsonObject } from '../metadata/common.ts'
import { checkFinite, checkScalar } from '../schema/codecs.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { PlanContext } from './context.ts'
import { literalJson } from './literal-json.ts'
import {
  describeRaw,
  isList,
  isNull,
  listItems,
  objectEntries,
  type RawInput,
} from './raw-input.ts'
import { isUsageAllowed } from './variable-usage.ts'
import { variableDigits, variableJson } from './variables.ts'

/** A value checked against its type; scalars are encoded later, when their column is known. */
export type InputValue =
  | { readonly kind: 'null'; readonly path: string }
  | { readonly kind: 'object'; readonly fields: readonly InputMember[]; readonly path: string }
  | { readonly kind: 'list'; readonly items: readonly InputValue[]; readonly path: string }
  | {
      readonly kind: 'enum'
      readonly type: GraphQLEnumType
      readonly name: string
      readonly path: string
    }
  | {
      readonly kind: 'leaf'
      readonly json: Json
      /** A number as the request writes it, with all its digits. */
      readonly numberText?: string
      /** Of the scalar; absent for text of a column of an array type. */
      readonly typeName?: string
      readonly path: string
    }
  /** A scalar, or a list of them, that is bound when the statement runs. Never null. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: string }

export interface InputMember {
  readonly field: GraphQLInputField
  readonly value: InputValue
}

export interface ReadOptions {
  /** The value shapes the plan, so a variable must be resolved now. */
  readonly structural?: boolean
  readonly hasDefault?: boolean
  /** A column of an array type: text is an array literal, and variables may be declared loosely. */
  readonly arrayColumn?: boolean
  readonly depth?: number
}

export function readInput(
  context: PlanContext,
  type: GraphQLInputType,
  raw: RawInput,
  path: string,
  options: ReadOptions = {},
): InputValue {
  context.checkDepth(options.depth ?? 0)
  if ('node' in raw && raw.node.kind === 'Variable')
    return readVariable(context, type, raw.node.name.value, path, options)
  if (isNonNullType(type)) {
    if (isNull(raw)) throw unexpectedNull(type.ofType, path)
    return readInput(context, type.ofType, raw, path, options)
  }
  if (isNull(raw)) return { kind: 'null', path }
  if (isListType(type)) {
    if (options.arrayColumn && !isList(raw)) return readScalar(context, raw, path)
    const items = isList(raw) ? listItems(raw) : [raw]
    const inner = { ...options, hasDefault: false, depth: (options.depth ?? 0) + 1 }
    return {
      kind: 'list',
      path,
      items: items.map((item, index) =>
        readInput(context, type.ofType, item, isList(raw) ? `${path}[${index}]` : path, inner),
      ),
    }
  }
  if (isInputObjectType(type)) return readObject(context, type, raw, path, options)
  if (isEnumType(type)) return readEnum(type, raw, path)
  return readScalar(context, raw, path, type)
}

function readVariable(
  context: PlanContext,
  type: GraphQLInputType,
  name: string,
  path: string,
  options: ReadOptions,
): InputValue {
  const variable = context.variable(name, path)
  if (!options.arrayColumn && !isUsageAllowed(type, variable, options.hasDefault ?? false))
    throw validationFailed(
      `variable '${name}' is declared as '${print(variable.type)}', but used where '${String(type)}' is expected`,
      path,
    )
  const { value } = variable
  const isLate = value.from === 'request' && value.json !== null && !options.structural
  if (isLate && isScalarType(getNamedType(type))) return { kind: 'variable', name, path }
  // Whether a variable is null is part of every cache key; more than that shapes the plan.
  if (value.from === 'request' && value.json !== null) context.structuralVariable(name, path)
  const raw: RawInput =
    value.from === 'request'
      ? { json: value.json, digits: value.digits }
      : value.node === null
        ? { json: null }
        : { node: value.node }
  return readInput(context, type, raw, path, options)
}

function readObject(
  context: PlanContext,
  type: GraphQLInputObjectType,
  raw: RawInput,
  path: string,
  options: ReadOptions,
): InputValue {
  const given = objectEntries(raw)
  if (!given)
    throw validationFailed(
      `expected an object for type '${type.name}', but found ${describeRaw(raw)}`,
      path,
    )
  const fields = type.getFields()
  const members: InputMember[] = []
  for (const [name, value] of given) {
    const field = fields[name]
    if (!field)
      throw validationFailed(`field '${name}' not found in type: '${type.name}'`, `${path}.${name}`)
    context.countField(path)
    const checked = readInput(context, field.type, value, `${path}.${name}`, {
      ...(options.structural ? { structural: true } : {}),
      hasDefault: field.defaultValue !== undefined,
      arrayColumn: isArrayColumn(field),
      depth: (options.depth ?? 0) + 1,
    })
    members.push({ field, value: checked })
  }
  for (const field of Object.values(fields)) {
    if (members.some((member) => member.field === field)) continue
    if (isNonNullType(field.type) && field.defaultValue === undefined)
      throw validationFailed(`missing required field '${field.name}'`, `${path}.${field.name}`)
  }
  return { kind: 'object', fields: members, path }
}

export function isArrayColumn(field: GraphQLInputField): boolean {
  const meaning = inputMeaning(field)
  if (meaning?.kind === 'operator')
    return meaning.info.operand.type.element !== null && !meaning.info.operand.list
  if (meaning?.kind === 'column') return meaning.column.type.element !== null
  return meaning?.kind === 'function-argument' && meaning.info.type.element !== null
}

function readEnum(type: GraphQLEnumType, raw: RawInput, path: string): InputValue {
  const name =
    'json' in raw
      ? typeof raw.json === 'string'
        ? raw.json
        : null
      : raw.node.kind === 'EnumValue'
        ? raw.node.value
        : null
  if (name === null)
    throw validationFailed(
      `expected an enum value for type '${type.name}', but found ${describeRaw(raw)}`,
      path,
    )
  if (!type.getValue(name)) {
    const values = type.getValues().map((value) => `'${value.name}'`)
    throw validationFailed(
      `expected one of the values [${values.join(', ')}] for type '${type.name}', but found '${name}'`,
      path,
    )
  }
  return { kind: 'enum', type, name, path }
}

function readScalar(
  context: PlanContext,
  raw: RawInput,
  path: string,
  type?: GraphQLScalarType,
): InputValue {
  const of = type ? { typeName: type.name } : {}
  if ('json' in raw) {
    const exact = raw.digits === undefined ? {} : { numberText: raw.digits }
    return { kind: 'leaf', json: raw.json, path, ...exact, ...of }
  }
  const { node } = raw
  if (node.kind === 'IntValue' || node.kind === 'FloatValue')
    return { kind: 'leaf', json: Number(node.value), numberText: node.value, path, ...of }
  return { kind: 'leaf', json: literalJson(context, node, path, 0), path, ...of }
}

/** A value as JSON. `strict` is for what leaves as JSON: GraphQL's own scalars as their types say, numbers finite. */
export function inputJson(context: PlanContext, value: InputValue, strict = false): Json {
  switch (value.kind) {
    case 'null':
      return null
    case 'enum':
      return value.name
    case 'leaf':
      if (strict && value.typeName) checkScalar(value.typeName, value.json, value.path)
      if (strict) checkFinite(value.json, value.path)
      return value.json
    case 'list': {
      const list: Json[] = []
      for (const [index, item] of value.items.entries())
        setMember(context, list, index, item, strict)
      return list
    }
    case 'variable':
      return variableJson(context.structuralVariable(value.name, value.path))
    case 'object': {
      const object: JsonObject = {}
      for (const { field, value: member } of value.fields)
        setMember(context, object, field.name, member, strict)
      return object
    }
  }
}

/** Puts a value into the JSON array or object that it belongs to, with the digits of a number. */
export function setMember(
  context: PlanContext,
  holder: Json[] | JsonObject,
  key: string | number,
  value: InputValue,
  strict: boolean,
): void {
  const digits =
    value.kind === 'variable'
      ? variableDigits(context.variable(value.name, value.path))
      : value.kind === 'leaf'
        ? value.numberText
        : undefined
  putMember(holder, key, inputJson(context, value, strict), digits)
}

export function unexpectedNull(type: GraphQLInputType, path: string) {
  if (isListType(type)) return validationFailed('expected a list, but found null', path)
  const { name } = getNamedType(type)
  if (isInputObjectType(type))
    return validationFailed(`expected an object for type '${name}', but found null`, path)
  if (isEnumType(type))
    return validationFailed(`expected an enum value for type '${name}', but found null`, path)
  return validationFailed(`unexpected null value for type '${name}'`, path)
}
