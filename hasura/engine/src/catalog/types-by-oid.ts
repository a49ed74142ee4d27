import { createHash } from 'node:crypto'
import type { QualifiedName } from '../metadata/common.ts'
import type { TypeRow } from './rows.ts'
import type { PgType } from './types.ts'

const UNKNOWN: PgType = { schema: 'pg_catalog', name: 'text', kind: 'pseudo', element: null }

const KINDS = {
  b: 'base',
  c: 'composite',
  d: 'base',
  e: 'enum',
  m: 'range',
  p: 'pseudo',
  r: 'range',
} as const

/** Types by oid. Domains stand for their base types, as Hasura resolves them. */
export class TypesByOid {
  readonly #rows: Map<number, TypeRow>
  readonly #types = new Map<number, PgType>()

  constructor(rows: readonly TypeRow[]) {
    this.#rows = new Map(rows.map((row) => [row.oid, row]))
  }

  type(oid: number): PgType {
    const known = this.#types.get(oid)
    if (known) return known
    const row = this.#rows.get(oid)
    const type = row ? this.#read(row) : UNKNOWN
    this.#types.set(oid, type)
    return type
  }

  #read(row: TypeRow): PgType {
    if (row.type === 'd') return this.type(row.base)
    const isArray = row.category === 'A' && row.element !== 0
    return {
      schema: row.schema,
      name: row.name,
      kind: isArray ? 'array' : KINDS[row.type],
      element: isArray ? this.type(row.element) : null,
    }
  }

  /** The relation whose row type this is. */
  relation(oid: number): number | null {
    return this.#rows.get(oid)?.relation || null
  }

  /** A short text that is equal for equal types. */
  version(): string {
    const own = [...this.#rows.values()].filter(({ schema }) => schema !== 'pg_catalog')
    const text = own.map(({ oid, schema, name }) => `${oid} ${schema}.${name}`).sort()
    return createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 8)
  }

  /** Types that metadata may name as scalars. A type of pg_catalog wins over one of the same name. */
  scalars(): Map<string, PgType> {
    const scalars = new Map<string, PgType>()
    for (const row of this.#rows.values()) {
      if (!['b', 'e', 'r', 'm'].includes(row.type)) continue
      if (!scalars.has(row.name) || row.schema === 'pg_catalog')
        scalars.set(row.name, this.type(row.oid))
    }
    return scalars
  }
}

export const sameName = (one: QualifiedName, other: QualifiedName): boolean =>
  one.schema === other.schema && one.name === other.name
