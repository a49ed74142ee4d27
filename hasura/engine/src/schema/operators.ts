import type { Catalog, PgType } from '../catalog/types.ts'
import type { ComparisonOperator } from './expressions.ts'
import { isTextual, sqlArrayTypeName, sqlTypeName } from './scalars.ts'

/** What stands on the right of an operator. */
export interface OperandType {
  /** Of one element, where it is a list. */
  readonly type: PgType
  readonly list: boolean
}

export interface OperatorInfo {
  readonly name: string
  readonly operator: ComparisonOperator
  readonly operand: OperandType
  /** The type that clients see, where it is not the operand's own. */
  readonly shownAs?: PgType
  readonly description: string | null
}

const TEXT: PgType = { schema: 'pg_catalog', name: 'text', kind: 'base', element: null }

const PLAIN: readonly ComparisonOperator[] = ['eq', 'neq', 'gt', 'lt', 'gte', 'lte']

const TEXTUAL: readonly (readonly [ComparisonOperator, string])[] = [
  ['like', 'does the column match the given pattern'],
  ['nlike', 'does the column NOT match the given pattern'],
  ['ilike', 'does the column match the given case-insensitive pattern'],
  ['nilike', 'does the column NOT match the given case-insensitive pattern'],
  ['similar', 'does the column match the given SQL regular expression'],
  ['nsimilar', 'does the column NOT match the given SQL regular expression'],
  ['regex', 'does the column match the given POSIX regular expression, case sensitive'],
  ['nregex', 'does the column NOT match the given POSIX regular expression, case sensitive'],
  ['iregex', 'does the column match the given POSIX regular expression, case insensitive'],
  ['niregex', 'does the column NOT match the given POSIX regular expression, case insensitive'],
]

/** The operators of `<type>_comparison_exp`, `_is_null` and `_cast` apart. */
export function operatorsOf(type: PgType, catalog: Catalog): OperatorInfo[] {
  const info = (
    operator: ComparisonOperator,
    operand: PgType,
    list = false,
    description: string | null = null,
  ): OperatorInfo => ({
    name: `_${operator}`,
    operator,
    operand: { type: operand, list },
    description,
  })

  const operators = PLAIN.map((operator) => info(operator, type))
  operators.push(info('in', type, true), info('nin', type, true))
  if (isTextual(type))
    operators.push(...TEXTUAL.map(([operator, text]) => info(operator, type, false, text)))
  if (type.name === 'jsonb')
    operators.push(
      info(
        'contains',
        type,
        false,
        'does the column contain the given json value at the top level',
      ),
      info('contained_in', type, false, 'is the column contained in the given json value'),
      info('has_key', TEXT, false, 'does the string exist as a top-level key in the column'),
      info(
        'has_keys_all',
        TEXT,
        true,
        'do all of these strings exist as top-level keys in the column',
      ),
      info(
        'has_keys_any',
        TEXT,
        true,
        'do any of these strings exist as top-level keys in the column',
      ),
    )
  if (type.element)
    operators.push(
      info('contains', type, false, 'does the array contain the given value'),
      info('contained_in', type, false, 'is the array contained in the given array value'),
    )
  if (type.name === 'ltree') operators.push(...ltreeOperators(type, catalog, info))
  return operators
}

function ltreeOperators(
  type: PgType,
  catalog: Catalog,
  info: (o: ComparisonOperator, t: PgType, list?: boolean, d?: string) => OperatorInfo,
): OperatorInfo[] {
  const sibling = (name: string): PgType => catalog.scalarTypes.get(name) ?? { ...type, name }
  const query = sibling('lquery')
  return [
    info('ancestor', type, false, 'is the left argument an ancestor of right (or equal)?'),
    info('ancestor_any', type, true, 'does array contain an ancestor of `ltree`?'),
    info('descendant', type, false, 'is the left argument a descendant of right (or equal)?'),
    info('descendant_any', type, true, 'does array contain a descendant of `ltree`?'),
    info('matches', query, false, 'does `ltree` match `lquery`?'),
    {
      ...info('matches_any', query, true, 'does `ltree` match any `lquery` in array?'),
      shownAs: TEXT,
    },
    info('matches_fulltext', sibling('ltxtquery'), false, 'does `ltree` match `ltxtquery`?'),
  ]
}

export const operandSqlType = ({ type, list }: OperandType): string =>
  list ? sqlArrayTypeName(type) : sqlTypeName(type)
