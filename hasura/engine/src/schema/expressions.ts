import type { Json, QualifiedName } from '../metadata/common.ts'

/**
 * Turns a JSON value of a variable into the text that PostgreSQL reads; throws a HasuraError.
 * `digits` are a number's own, where the value may have lost some.
 */
export type Codec = (value: Json, path: string, digits?: string) => string | null

/** Where the value of a bound parameter comes from when the statement runs. */
export type ValueSource =
  | { readonly from: 'literal'; readonly text: string | null }
  | {
      readonly from: 'variable'
      readonly name: string
      readonly codec: Codec
      /** Where the variable is used, for the error of a bad value. */
      readonly path: string
    }
  | { readonly from: 'session'; readonly name: string }
  /** All session variables as one JSON object: the session argument of functions. */
  | { readonly from: 'session-json' }
  /** Filled in by the executor between two statements of one mutation, or by a stream's cursor. */
  | { readonly from: 'runtime'; readonly name: string }

export interface BoundParameter {
  readonly source: ValueSource
  /** Quoted type name, from the catalog alone; never text of a request. */
  readonly sqlType: string
}

export interface JoinColumn {
  readonly parent: string
  readonly child: string
}

export type FunctionArgument =
  | { readonly kind: 'parameter'; readonly parameter: BoundParameter }
  /** The row of the table that the computed field belongs to. */
  | { readonly kind: 'row' }

export interface FunctionCall {
  readonly function: QualifiedName
  /** `name` is set where named notation is needed, because an argument before has been left out. */
  readonly arguments: readonly { readonly name: string | null; readonly value: FunctionArgument }[]
}

/**
 * Something that a row has: a column, or a function of the row. It is null where `mask` does not hold: an
 * inherited role must not learn by conditions and orderings what it may not read.
 */
export type RowExpression =
  | { readonly kind: 'column'; readonly column: string; readonly mask?: BoolExp | null }
  | { readonly kind: 'computed'; readonly call: FunctionCall; readonly mask?: BoolExp | null }

export type Operand =
  | { readonly kind: 'parameter'; readonly parameter: BoundParameter }
  /** A column of the row itself, or of the row that the whole condition is about (`$`). */
  | { readonly kind: 'column'; readonly column: string; readonly root: boolean }

export type ComparisonOperator =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'lt'
  | 'gte'
  | 'lte'
  | 'like'
  | 'nlike'
  | 'ilike'
  | 'nilike'
  | 'similar'
  | 'nsimilar'
  | 'regex'
  | 'nregex'
  | 'iregex'
  | 'niregex'
  | 'contains'
  | 'contained_in'
  | 'has_key'
  | 'has_keys_any'
  | 'has_keys_all'
  | 'ancestor'
  | 'ancestor_any'
  | 'descendant'
  | 'descendant_any'
  | 'matches'
  | 'matches_any'
  | 'matches_fulltext'
  /** The operand is one array. */
  | 'in'
  | 'nin'

export type BoolExp =
  | { readonly kind: 'and' | 'or'; readonly of: readonly BoolExp[] }
  | { readonly kind: 'not'; readonly of: BoolExp }
  | {
      readonly kind: 'compare'
      readonly left: RowExpression
      /** `_cast`: the left side is cast to this quoted type first. */
      readonly cast?: string
      readonly operator: ComparisonOperator
      readonly right: Operand
    }
  | { readonly kind: 'is-null'; readonly left: RowExpression; readonly isNull: boolean }
  /** `is null` decided by a session variable. */
  | {
      readonly kind: 'is-null-parameter'
      readonly left: RowExpression
      readonly right: BoundParameter
    }
  /** A relationship (joined), a table computed field (`source` is a function) or `_exists` (no join). */
  | {
      readonly kind: 'exists'
      readonly source: RowSource
      readonly join: readonly JoinColumn[]
      readonly where: BoolExp
    }
  | {
      readonly kind: 'aggregate'
      readonly source: RowSource
      readonly join: readonly JoinColumn[]
      readonly where: BoolExp
      readonly function: 'count' | 'bool_and' | 'bool_or'
      readonly columns: readonly string[]
      readonly distinct: boolean
      readonly predicates: readonly AggregatePredicate[]
    }

export type AggregatePredicate =
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly right: BoundParameter
    }
  | { readonly kind: 'is-null'; readonly isNull: boolean }

export const alwaysTrue: BoolExp = { kind: 'and', of: [] }

export type RowSource =
  | { readonly kind: 'table'; readonly table: QualifiedName }
  | { readonly kind: 'function'; readonly call: FunctionCall; readonly table: QualifiedName }
  /** Rows that an earlier statement gave, as a JSON array of the table's rows. */
  | { readonly kind: 'recordset'; readonly table: QualifiedName; readonly rows: BoundParameter }

export interface OrderByItem {
  readonly by: OrderExpression
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last'
}

export type OrderExpression =
  | RowExpression
  | {
      readonly kind: 'object'
      readonly source: RowSource
      readonly join: readonly JoinColumn[]
      readonly where: BoolExp
      readonly by: OrderExpression
    }
  | {
      readonly kind: 'aggregate'
      readonly source: RowSource
      readonly join: readonly JoinColumn[]
      readonly where: BoolExp
      readonly function: string
      /** null counts rows. */
      readonly of: RowExpression | null
    }
