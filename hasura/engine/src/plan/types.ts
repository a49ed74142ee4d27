import type { ActionMetadata } from '../metadata/actions.ts'
import type { Json, QualifiedName } from '../metadata/common.ts'
import type {
  BoolExp,
  BoundParameter,
  JoinColumn,
  OrderByItem,
  RowExpression,
  RowSource,
} from '../schema/expressions.ts'

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
  /** Presets, then what the client has stated. */
  readonly values: readonly ColumnValue[]
  readonly stated: readonly string[]
  readonly path: string
  /** Inserted before the row: their key columns become values of the row. */
  readonly before: readonly NestedInsert[]
  readonly after: readonly NestedInsert[]
}

export interface NestedInsert {
  readonly relationship: string
  readonly join: readonly (JoinColumn & {
    readonly parentType: string
    readonly childType: string
  })[]
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
