import type { Readable, RoleTable } from './role-types.ts'
import { isComparable, isNumeric } from './scalars.ts'
import type { TrackedColumn, TrackedComputedField } from './tracked-types.ts'

export const COLUMN_AGGREGATES = [
  'avg',
  'max',
  'min',
  'stddev',
  'stddev_pop',
  'stddev_samp',
  'sum',
  'var_pop',
  'var_samp',
  'variance',
] as const
export type ColumnAggregate = (typeof COLUMN_AGGREGATES)[number]

export const isMinMax = (aggregate: ColumnAggregate): boolean =>
  aggregate === 'max' || aggregate === 'min'

/** The columns of a table that an aggregate function takes. */
export function columnsForAggregate(
  { select }: RoleTable,
  aggregate: ColumnAggregate,
): readonly Readable<TrackedColumn>[] {
  const takes = isMinMax(aggregate) ? isComparable : isNumeric
  return (select?.columns ?? []).filter(
    ({ thing }) => thing.enumeration === null && takes(thing.type),
  )
}

/** The scalar computed fields of a table that an aggregate function takes. */
export function computedForAggregate(
  { select }: RoleTable,
  aggregate: ColumnAggregate,
): readonly Readable<TrackedComputedField>[] {
  const takes = isMinMax(aggregate) ? isComparable : isNumeric
  return (select?.computedFields ?? []).filter(
    ({ thing: { returns } }) => returns.kind === 'scalar' && takes(returns.type),
  )
}
