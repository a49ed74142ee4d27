import type { Json, QualifiedName } from '../metadata/common.ts'
import type { ActionMetadata } from '../metadata/actions.ts'

/** Turns a JSON value of a variable into the text that PostgreSQL reads; throws a HasuraError. */
export type Codec = (value: Json, path: string) => string | null

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

/** Something that a row has: a column, or a function of the row. */
export type RowExpression =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'computed'; readonly call: FunctionCall }

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
      /** `_exists` begins a condition of its own: `$` means its rows. */
      readonly newRoot: boolean
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

/** Which rows, in which order. */
export interface RowsPlan {
  readonly source: RowSource
  readonly join: readonly JoinColumn[]
  readonly where: BoolExp
  readonly orderBy: readonly OrderByItem[]
  readonly distinctOn: readonly RowExpression[]
  readonly limit: BoundParameter | null
  readonly offset: BoundParameter | null
  /** The role's limit; it holds for rows, not for what is aggregated over them. */
  readonly permissionLimit: number | null
}

export interface SelectPlan {
  readonly kind: 'list' | 'object' | 'aggregate'
  readonly rows: RowsPlan
  /** Fields of the row (`list`, `object`). */
  readonly fields: readonly FieldPlan[]
  /** Fields of the aggregate (`aggregate`). */
  readonly aggregate: readonly AggregatePart[]
}

export type FieldPlan =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'value'
      readonly key: string
      readonly value: RowExpression
      /** Sent as a JSON string (bigint, numeric, float8 under STRINGIFY_NUMERIC_TYPES). */
      readonly stringify: boolean
      readonly jsonPath: BoundParameter | null
      /** null where this does not hold: an inherited role sees the column in some rows only. */
      readonly mask: BoolExp | null
    }
  | {
      readonly kind: 'select'
      readonly key: string
      readonly select: SelectPlan
      readonly mask: BoolExp | null
    }

export type AggregatePart =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | { readonly kind: 'nodes'; readonly key: string; readonly fields: readonly FieldPlan[] }
  | { readonly kind: 'aggregate'; readonly key: string; readonly fields: readonly AggregateField[] }

export type AggregateField =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'count'
      readonly key: string
      readonly columns: readonly string[]
      readonly distinct: boolean
    }
  | {
      readonly kind: 'columns'
      readonly key: string
      readonly function: string
      readonly fields: readonly AggregateColumn[]
    }

export type AggregateColumn =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'value'
      readonly key: string
      readonly value: RowExpression
      readonly stringify: boolean
    }

// ---- mutations

export type MutationOutput =
  | { readonly kind: 'response'; readonly parts: readonly MutationOutputPart[] }
  /** One row or null: `_one` and `_by_pk`. */
  | { readonly kind: 'row'; readonly fields: readonly FieldPlan[] }

export type MutationOutputPart =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | { readonly kind: 'affected_rows'; readonly key: string }
  | { readonly kind: 'returning'; readonly key: string; readonly fields: readonly FieldPlan[] }

export interface ConflictPlan {
  readonly constraint: string
  readonly updateColumns: readonly string[]
  /** Presets of the update permission; they are set as well. */
  readonly presets: readonly ColumnValue[]
  readonly where: BoolExp
}

export interface ColumnValue {
  readonly column: string
  readonly value: BoundParameter
}

export interface InsertRow {
  readonly values: readonly ColumnValue[]
  /** Inserted before the row: their key columns become values of the row. */
  readonly before: readonly NestedInsert[]
  readonly after: readonly NestedInsert[]
}

export interface NestedInsert {
  readonly relationship: string
  readonly join: readonly JoinColumn[]
  readonly insert: InsertPlan
}

export interface InsertPlan {
  readonly table: QualifiedName
  readonly rows: readonly InsertRow[]
  readonly check: BoolExp
  /** The update permission's check: holds for rows that a conflict has updated. */
  readonly updateCheck: BoolExp | null
  readonly onConflict: ConflictPlan | null
  /** Where errors of this insert are reported. */
  readonly path: string
}

export type UpdateOperator =
  | { readonly kind: 'set'; readonly column: string; readonly value: BoundParameter }
  | {
      readonly kind: 'inc' | 'append' | 'prepend' | 'delete_key' | 'delete_elem' | 'delete_at_path'
      readonly column: string
      readonly value: BoundParameter
    }

export interface UpdatePlan {
  readonly table: QualifiedName
  readonly operators: readonly UpdateOperator[]
  readonly where: BoolExp
  readonly check: BoolExp
}

export interface DeletePlan {
  readonly table: QualifiedName
  readonly where: BoolExp
}

// ---- root fields

interface Root {
  /** The response key. */
  readonly key: string
  /** `$.selectionSet.<alias>`, for errors that come up while it runs. */
  readonly path: string
}

export type RootPlan =
  /** Known without the database: `__typename`, `__schema`, `__type`. */
  | (Root & { readonly kind: 'text'; readonly text: string })
  | (Root & { readonly kind: 'select'; readonly select: SelectPlan })
  | (Root & {
      readonly kind: 'insert'
      readonly insert: InsertPlan
      readonly output: MutationOutput
    })
  | (Root & {
      readonly kind: 'update'
      readonly update: UpdatePlan
      readonly output: MutationOutput
    })
  | (Root & {
      readonly kind: 'update-many'
      readonly updates: readonly UpdatePlan[]
      readonly output: MutationOutput
    })
  | (Root & {
      readonly kind: 'delete'
      readonly delete: DeletePlan
      readonly output: MutationOutput
    })
  | (Root & { readonly kind: 'action'; readonly action: ActionCall })
  /** Answers the id of the action's log entry. */
  | (Root & { readonly kind: 'action-async-insert'; readonly action: ActionCall })
  | (Root & { readonly kind: 'action-async-result'; readonly result: ActionResultPlan })
  | (Root & { readonly kind: 'stream'; readonly stream: StreamPlan })

export interface ActionCall {
  readonly definition: ActionMetadata
  /** The arguments, with the operation's variables filled in. */
  readonly input: Readonly<Record<string, Json>>
  readonly output: ActionOutput
}

/** The shape that a handler's answer is checked against and cut to. */
export type ActionOutput =
  | { readonly kind: 'list'; readonly nullable: boolean; readonly of: ActionOutput }
  | {
      readonly kind: 'scalar'
      readonly nullable: boolean
      /** GraphQL name; names other than the five built-in ones take any JSON value. */
      readonly typeName: string
      readonly enumValues: readonly string[] | null
    }
  | {
      readonly kind: 'object'
      readonly nullable: boolean
      readonly typeName: string
      readonly fields: readonly ActionOutputField[]
      /** All fields of the type, for checking those that are not selected. */
      readonly allFields: readonly { readonly name: string; readonly output: ActionOutput }[]
    }

export type ActionOutputField =
  | { readonly kind: 'typename'; readonly key: string; readonly value: string }
  | {
      readonly kind: 'field'
      readonly key: string
      readonly name: string
      readonly output: ActionOutput
    }
  | {
      readonly kind: 'relationship'
      readonly key: string
      readonly name: string
      readonly relationship: ActionRelationship
    }

/** Rows of a table for values that a handler answered: see `sql/action.ts`. */
export interface ActionRelationship {
  /** `parent` is a field of the handler's object, `child` a column of the table. */
  readonly join: readonly (JoinColumn & { readonly sqlType: string })[]
  readonly select: SelectPlan
}

export interface ActionResultPlan {
  readonly definition: ActionMetadata
  /** uuid */
  readonly id: string
  readonly fields: readonly (
    | { readonly kind: 'typename'; readonly key: string; readonly value: string }
    | { readonly kind: 'id' | 'created_at' | 'errors'; readonly key: string }
    | { readonly kind: 'output'; readonly key: string; readonly output: ActionOutput }
  )[]
}

export interface StreamPlan {
  readonly select: SelectPlan
  /** Columns in the order of the cursor; the first value of each, null for none. */
  readonly cursor: readonly {
    readonly column: string
    readonly sqlType: string
    readonly direction: 'asc' | 'desc'
    readonly initial: BoundParameter
  }[]
}

export interface OperationPlan {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly name: string | null
  readonly roots: readonly RootPlan[]
}
