import { validationFailed } from '../errors.ts'
import type { OrderByItem, OrderExpression } from '../schema/expressions.ts'
import { enumColumn, inputMeaning } from '../schema/meaning.ts'
import type { PlanContext } from './context.ts'
import type { InputValue } from './input.ts'
import {
  asList,
  columnExpression,
  computedExpression,
  computedSource,
  tableSource,
  visible,
} from './where.ts'

type Wrap = (by: OrderExpression) => OrderExpression

/** `order_by`: a list of objects, or one; members that are null do not count. */
export function planOrderBy(context: PlanContext, value: InputValue | undefined): OrderByItem[] {
  if (!value) return []
  return asList(value).flatMap((item) => orderItems(context, item, (by) => by))
}

function orderItems(context: PlanContext, value: InputValue, wrap: Wrap): OrderByItem[] {
  if (value.kind !== 'object') return []
  return value.fields.flatMap(({ field, value: member }): OrderByItem[] => {
    const meaning = inputMeaning(field)
    if (member.kind === 'null') return []
    switch (meaning?.kind) {
      case 'column':
        return [ordered(wrap(columnExpression(meaning)), member)]
      case 'computed-scalar':
        return [ordered(wrap(computedExpression(meaning)), member)]
      case 'relationship': {
        const { target, relationship } = meaning
        const nested: Wrap = (by) =>
          wrap({
            kind: 'object',
            source: tableSource(target),
            join: relationship.join,
            where: visible(target),
            by,
          })
        return orderItems(context, member, nested)
      }
      case 'computed-table':
      case 'relationship-aggregate': {
        const { target } = meaning
        const isComputed = meaning.kind === 'computed-table'
        const aggregate = (name: string, column: string | null): OrderExpression =>
          wrap({
            kind: 'aggregate',
            source: isComputed ? computedSource(meaning) : tableSource(target),
            join: isComputed ? [] : meaning.relationship.join,
            where: visible(target),
            function: name,
            of: column === null ? null : { kind: 'column', column },
          })
        return aggregateItems(member, aggregate)
      }
      default:
        throw validationFailed(`unexpected field '${field.name}'`, member.path)
    }
  })
}

function aggregateItems(
  value: InputValue,
  aggregate: (name: string, column: string | null) => OrderExpression,
): OrderByItem[] {
  if (value.kind !== 'object') return []
  return value.fields.flatMap(({ field, value: member }): OrderByItem[] => {
    const meaning = inputMeaning(field)
    if (member.kind === 'null') return []
    if (meaning?.kind === 'count-order') return [ordered(aggregate('count', null), member)]
    if (meaning?.kind !== 'aggregate-order' || member.kind !== 'object') return []
    return member.fields.flatMap(({ field: column, value: direction }) => {
      const of = inputMeaning(column)
      if (of?.kind !== 'column' || direction.kind === 'null') return []
      return [ordered(aggregate(meaning.function, of.column.name), direction)]
    })
  })
}

/** `asc`, `desc_nulls_last` and so on; nulls are the greatest values unless told otherwise. */
function ordered(by: OrderExpression, direction: InputValue): OrderByItem {
  const name = direction.kind === 'enum' ? direction.name : 'asc'
  const isDescending = name.startsWith('desc')
  const nulls = name.endsWith('_nulls_first')
    ? 'first'
    : name.endsWith('_nulls_last')
      ? 'last'
      : isDescending
        ? 'first'
        : 'last'
  return { by, direction: isDescending ? 'desc' : 'asc', nulls }
}

/** `distinct_on`, whose columns must be the first of `order_by`, in any order among themselves. */
export function planDistinct(
  value: InputValue | undefined,
  orderBy: readonly OrderByItem[],
  path: string,
): { kind: 'column'; column: string }[] {
  if (!value) return []
  const columns = asList(value).flatMap((item) =>
    item.kind === 'enum' ? [enumColumn(item.type, item.name).name] : [],
  )
  const distinct = [...new Set(columns)]
  const initial = orderBy.slice(0, distinct.length)
  const matches = initial.every(({ by }) => by.kind === 'column' && distinct.includes(by.column))
  if (!matches || (orderBy.length > 0 && orderBy.length < distinct.length))
    throw validationFailed(
      '"distinct_on" columns must match initial "order_by" columns',
      `${path}.args`,
    )
  return distinct.map((column) => ({ kind: 'column', column }))
}
