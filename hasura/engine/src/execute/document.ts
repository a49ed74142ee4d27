import {
  GraphQLError,
  parse,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { validationFailed } from '../errors.ts'

/** A request's document, read once. */
export interface ParsedDocument {
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Names of the variables that the operation uses, with its fragments. */
  readonly usedVariables: ReadonlySet<string>
}

export function parseDocument(
  text: string,
  operationName: string | null,
  maxTokens: number,
): ParsedDocument {
  const document = parseText(text, maxTokens)
  const operation = findOperation(document, operationName)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition)
  checkCycles(fragments)
  return { operation, fragments, usedVariables: usedVariables(operation, fragments) }
}

function parseText(text: string, maxTokens: number): DocumentNode {
  try {
    return parse(text, { noLocation: true, maxTokens })
  } catch (error) {
    if (error instanceof GraphQLError)
      throw validationFailed('not a valid graphql query', '$.query')
    // Input so deeply nested that the parser ran out of stack.
    if (error instanceof RangeError) throw validationFailed('not a valid graphql query', '$.query')
    throw error
  }
}

function findOperation(document: DocumentNode, name: string | null): OperationDefinitionNode {
  const operations = document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition' ? [definition] : [],
  )
  if (name !== null) {
    const named = operations.find((operation) => operation.name?.value === name)
    if (named) return named
    throw validationFailed(`no such operation found in the document: "${name}"`, '$')
  }
  const [only, ...others] = operations
  if (only && others.length === 0) return only
  throw validationFailed(
    'exactly one operation has to be present in the document when operationName is not specified',
    '$',
  )
}

function spreads(set: SelectionSetNode): string[] {
  const names: string[] = []
  visit(set, { FragmentSpread: ({ name }) => void names.push(name.value) })
  return names
}

/** Fragments that lead back to themselves would never end. */
function checkCycles(fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const done = new Set<string>()
  const open = new Set<string>()
  const visitFragment = (name: string): void => {
    const fragment = fragments.get(name)
    if (!fragment || done.has(name)) return
    if (open.has(name)) {
      const names = [...open]
      const cycle = names.slice(names.indexOf(name)).map((one) => `'${one}'`)
      throw validationFailed(
        `the fragment definition(s) ${cycle.join(' and ')} form a cycle`,
        '$.selectionSet',
      )
    }
    open.add(name)
    for (const spread of spreads(fragment.selectionSet)) visitFragment(spread)
    open.delete(name)
    done.add(name)
  }
  for (const name of fragments.keys()) visitFragment(name)
}

function usedVariables(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Set<string> {
  const used = new Set<string>()
  const seen = new Set<string>()
  const read = (set: SelectionSetNode) => {
    visit(set, { Variable: ({ name }) => void used.add(name.value) })
    for (const name of spreads(set)) {
      const fragment = fragments.get(name)
      if (!fragment || seen.has(name)) continue
      seen.add(name)
      read(fragment.selectionSet)
    }
  }
  read(operation.selectionSet)
  return used
}
