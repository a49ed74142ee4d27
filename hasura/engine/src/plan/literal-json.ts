import { Kind, type ValueNode } from 'graphql'
import { putMember } from '../exact-json.ts'
import type { Json, JsonObject } from '../metadata/common.ts'
import type { PlanContext } from './context.ts'
import { variableDigits, variableJson } from './variables.ts'

/** A literal of the document as JSON; variables inside it are filled in. */
export function literalJson(
  context: PlanContext,
  node: ValueNode,
  path: string,
  depth: number,
): Json {
  context.checkDepth(depth)
  const put = (holder: Json[] | JsonObject, key: string | number, member: ValueNode) =>
    putMember(
      holder,
      key,
      literalJson(context, member, path, depth + 1),
      memberDigits(context, member, path),
    )
  switch (node.kind) {
    case Kind.NULL:
      return null
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value
    case Kind.VARIABLE:
      return variableJson(context.structuralVariable(node.name.value, path))
    case Kind.LIST: {
      const list: Json[] = []
      for (const [index, item] of node.values.entries()) put(list, index, item)
      return list
    }
    case Kind.OBJECT: {
      const object: JsonObject = {}
      for (const { name, value } of node.fields) put(object, name.value, value)
      return object
    }
  }
}

function memberDigits(context: PlanContext, node: ValueNode, path: string): string | undefined {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return node.value
  return node.kind === Kind.VARIABLE
    ? variableDigits(context.variable(node.name.value, path))
    : undefined
}
