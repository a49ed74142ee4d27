import type { GraphQLArgument, GraphQLInputField } from 'graphql'
import type { BoolExp } from '../schema/expressions.ts'
import { inputMeaning } from '../schema/meaning.ts'
import type { ArgumentValues } from './arguments.ts'
import type { CollectedField } from './collect.ts'
import type { PlanContext } from './context.ts'
import type { InputValue } from './input.ts'
import { parameter } from './parameters.ts'
import { both } from './where.ts'

/** The row whose key columns are the field's arguments. */
export function primaryKeyCondition(
  context: PlanContext,
  { field }: CollectedField,
  args: ArgumentValues,
): BoolExp {
  return both(
    ...(field?.args ?? []).flatMap((argument) =>
      equality(context, argument, args.get(argument.name)),
    ),
  )
}

/** The row that `pk_columns` names. */
export function primaryKeyObject(context: PlanContext, value: InputValue | undefined): BoolExp {
  if (value?.kind !== 'object') return { kind: 'or', of: [] }
  return both(...value.fields.flatMap((member) => equality(context, member.field, member.value)))
}

function equality(
  context: PlanContext,
  place: GraphQLArgument | GraphQLInputField,
  value: InputValue | undefined,
): BoolExp[] {
  const meaning = inputMeaning(place)
  if (meaning?.kind !== 'column' || !value) return []
  const { column } = meaning
  return [
    {
      kind: 'compare',
      left: { kind: 'column', column: column.name },
      operator: 'eq',
      right: { kind: 'parameter', parameter: parameter(context, value, column.type) },
    },
  ]
}
