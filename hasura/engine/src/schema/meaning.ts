import type { GraphQLArgument, GraphQLEnumType, GraphQLField, GraphQLInputField } from 'graphql'
import type { PgType } from '../catalog/types.ts'
import type { ActionMetadata, TypeRelationshipMetadata } from '../metadata/actions.ts'
import type { BoolExp } from './expressions.ts'
import type { OperatorInfo } from './operators.ts'
import type { RoleTable } from './role-types.ts'
import type {
  FunctionArgumentInfo,
  TrackedColumn,
  TrackedComputedField,
  TrackedFunction,
  TrackedRelationship,
} from './tracked-types.ts'

// What a field, argument or input field of the role's schema stands for. It is kept in the
// `extensions` of the schema's objects: the schema is the only list of what a role may ask for.

export type FieldMeaning =
  | { readonly kind: 'column'; readonly column: TrackedColumn; readonly mask: BoolExp | null }
  | {
      readonly kind: 'computed-scalar'
      readonly field: TrackedComputedField
      readonly type: PgType
      readonly mask: BoolExp | null
    }
  | {
      readonly kind: 'computed-table'
      readonly field: TrackedComputedField
      readonly target: RoleTable
      readonly mask: BoolExp | null
    }
  | {
      readonly kind: 'relationship' | 'relationship-aggregate'
      readonly relationship: TrackedRelationship
      readonly target: RoleTable
    }
  | { readonly kind: 'aggregate' | 'nodes' | 'count' | 'affected-rows' | 'returning' }
  | { readonly kind: 'aggregate-function'; readonly function: string }
  | { readonly kind: 'select' | 'select-aggregate' | 'select-by-pk'; readonly table: RoleTable }
  | { readonly kind: 'stream'; readonly table: RoleTable }
  | {
      readonly kind: 'function' | 'function-aggregate'
      readonly function: TrackedFunction
      readonly table: RoleTable
    }
  | {
      readonly kind:
        | 'insert'
        | 'insert-one'
        | 'update'
        | 'update-by-pk'
        | 'update-many'
        | 'delete'
        | 'delete-by-pk'
      readonly table: RoleTable
    }
  | { readonly kind: 'action' | 'action-async' | 'action-result'; readonly action: ActionMetadata }
  | { readonly kind: 'action-field'; readonly name: string }
  | {
      readonly kind: 'action-result-field'
      readonly name: 'id' | 'created_at' | 'errors' | 'output'
    }
  | {
      readonly kind: 'action-relationship'
      readonly relationship: TypeRelationshipMetadata
      readonly target: RoleTable
    }
  | { readonly kind: 'nothing-available' }

export type InputMeaning =
  | {
      readonly kind: 'and' | 'or' | 'not' | 'is-null' | 'count-order' | 'ordering' | 'initial-value'
    }
  | {
      readonly kind: 'column'
      readonly column: TrackedColumn
      /** Where the column is read: in conditions and orderings. */
      readonly mask?: BoolExp | null
    }
  | {
      readonly kind: 'computed-scalar'
      readonly field: TrackedComputedField
      readonly type: PgType
      readonly mask?: BoolExp | null
    }
  | {
      readonly kind: 'computed-table'
      readonly field: TrackedComputedField
      readonly target: RoleTable
    }
  | {
      readonly kind: 'relationship' | 'relationship-aggregate'
      readonly relationship: TrackedRelationship
      readonly target: RoleTable
    }
  | { readonly kind: 'operator'; readonly info: OperatorInfo }
  | { readonly kind: 'cast'; readonly type: PgType }
  | { readonly kind: 'aggregate-order'; readonly function: string }
  | { readonly kind: 'aggregate-predicate'; readonly function: 'count' | 'bool_and' | 'bool_or' }
  | { readonly kind: 'function-argument'; readonly info: FunctionArgumentInfo }

/** For `extensions` of a field's configuration. */
export const means = <Meaning extends FieldMeaning | InputMeaning>(meaning: Meaning) => ({
  meaning,
})

export const fieldMeaning = (field: GraphQLField<unknown, unknown>): FieldMeaning | undefined =>
  field.extensions.meaning as FieldMeaning | undefined

export const inputMeaning = (
  input: GraphQLInputField | GraphQLArgument,
): InputMeaning | undefined => input.extensions.meaning as InputMeaning | undefined

/** What a value of an enum of columns, constraints or rows stands for. */
export const enumColumn = (type: GraphQLEnumType, name: string): TrackedColumn =>
  type.getValue(name)?.value as TrackedColumn
