import type { QualifiedName } from '../metadata/common.ts'

// The documents of queries.ts, as PostgreSQL writes them.

export interface TypeRow {
  oid: number
  schema: string
  name: string
  type: 'b' | 'c' | 'd' | 'e' | 'm' | 'p' | 'r'
  category: string
  element: number
  base: number
  relation: number
}

export interface ColumnRow {
  name: string
  position: number
  type: number
  nullable: boolean
  hasDefault: boolean
  generated: boolean
  comment: string | null
}

export interface ConstraintRow {
  name: string
  type: 'p' | 'u' | 'f'
  columns: string[]
  referenced: QualifiedName | null
  referencedColumns: string[] | null
}

export interface TableRow {
  oid: number
  schema: string
  name: string
  kind: 'r' | 'v' | 'm' | 'f' | 'p'
  comment: string | null
  writable: number
  columns: ColumnRow[]
  constraints: ConstraintRow[]
}

export interface FunctionRow {
  oid: number
  schema: string
  name: string
  volatility: 'i' | 's' | 'v'
  variadic: boolean
  returnsSet: boolean
  returnType: number
  defaults: number
  argumentTypes: number[]
  argumentNames: string[]
  argumentModes: string[] | null
  comment: string | null
}
