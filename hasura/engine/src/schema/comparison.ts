import { GraphQLBoolean, GraphQLList, GraphQLNonNull, type GraphQLInputObjectType } from 'graphql'
import type { PgType } from '../catalog/types.ts'
import { enumType, typeOf } from './column-types.ts'
import type { InputFields, SchemaContext } from './context.ts'
import { means } from './meaning.ts'
import { operatorsOf, type OperatorInfo } from './operators.ts'
import { scalarName } from './scalars.ts'
import type { EnumReference } from './tracked-types.ts'

const description = (name: string) =>
  `Boolean expression to compare columns of type "${name}". All fields are combined with logical 'AND'.`

const IS_NULL: InputFields = {
  _is_null: { type: GraphQLBoolean, extensions: means({ kind: 'is-null' }) },
}

/** `<type>_comparison_exp` of a column's type. */
export function comparisonType(context: SchemaContext, type: PgType): GraphQLInputObjectType {
  const base = scalarName(type)
  const name = type.element ? `${base}_array_comparison_exp` : `${base}_comparison_exp`
  return context.types.input(name, description(base), () => {
    const fields: InputFields = { ...IS_NULL }
    for (const info of operatorsOf(type, context.catalog))
      fields[info.name] = {
        type: operandType(context, info),
        description: info.description,
        extensions: means({ kind: 'operator', info }),
      }
    if (type.name === 'jsonb') {
      const text = context.catalog.scalarTypes.get('text')
      if (text) fields._cast = { type: castType(context, type, text) }
    }
    return fields
  })
}

function operandType(context: SchemaContext, { operand, shownAs }: OperatorInfo) {
  const type = typeOf(context, shownAs ?? operand.type)
  return operand.list ? new GraphQLList(new GraphQLNonNull(type)) : type
}

function castType(context: SchemaContext, type: PgType, target: PgType): GraphQLInputObjectType {
  return context.types.input(`${type.name}_cast_exp`, null, () => ({
    [scalarName(target)]: {
      type: comparisonType(context, target),
      extensions: means({ kind: 'cast', type: target }),
    },
  }))
}

/** References to an enum table can be compared for equality only. */
export function enumComparisonType(
  context: SchemaContext,
  type: PgType,
  reference: EnumReference,
): GraphQLInputObjectType {
  const name = reference.graphqlName
  return context.types.input(`${name}_comparison_exp`, description(name), () => {
    const fields: InputFields = { ...IS_NULL }
    const values = enumType(context, reference)
    const equality = new Set(['eq', 'neq', 'in', 'nin'])
    for (const info of operatorsOf(type, context.catalog))
      if (equality.has(info.operator))
        fields[info.name] = {
          type: info.operand.list ? new GraphQLList(new GraphQLNonNull(values)) : values,
          extensions: means({ kind: 'operator', info }),
        }
    return fields
  })
}
