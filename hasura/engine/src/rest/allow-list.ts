import { parse, print, stripIgnoredCharacters, visit, type DocumentNode } from 'graphql'
import type { Metadata } from '../metadata/types.ts'

/** The queries that a role may send where HASURA_GRAPHQL_ENABLE_ALLOWLIST is on. */
export class AllowList {
  readonly #global = new Set<string>()
  readonly #ofRole = new Map<string, Set<string>>()

  constructor(metadata: Metadata) {
    const collections = new Map(
      (metadata.query_collections ?? []).map(({ name, definition }) => [name, definition.queries]),
    )
    for (const { collection, scope } of metadata.allowlist ?? []) {
      for (const { query } of collections.get(collection) ?? []) {
        const normalized = normalize(parse(query))
        if (scope === undefined || scope.global) this.#global.add(normalized)
        else for (const role of scope.roles ?? []) this.#add(role, normalized)
      }
    }
  }

  allows(role: string, document: DocumentNode): boolean {
    const normalized = normalize(document)
    return this.#global.has(normalized) || this.#ofRole.get(role)?.has(normalized) === true
  }

  #add(role: string, normalized: string): void {
    const queries = this.#ofRole.get(role)
    if (queries === undefined) this.#ofRole.set(role, new Set([normalized]))
    else queries.add(normalized)
  }
}

/** As Hasura compares: white space and __typename, which clients add by themselves, do not count. */
function normalize(document: DocumentNode): string {
  const withoutTypename = visit(document, {
    Field: (node) => (node.name.value === '__typename' ? null : undefined),
  })
  return stripIgnoredCharacters(print(withoutTypename))
}
