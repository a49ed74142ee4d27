import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLEnumValueConfig,
  type GraphQLFieldConfig,
  type GraphQLInputFieldConfig,
  type GraphQLNamedType,
  type GraphQLScalarType,
} from 'graphql'
import type { Catalog } from '../catalog/types.ts'
import type { Metadata } from '../metadata/types.ts'
import { sortedRecord } from './names.ts'
import type { RoleTable } from './role-types.ts'
import type { Roles } from './roles.ts'
import { newScalar } from './scalars.ts'
import type { TrackedSource } from './tracked-types.ts'

export type Fields = Record<string, GraphQLFieldConfig<unknown, unknown>>
export type InputFields = Record<string, GraphQLInputFieldConfig>

/** The types of one role's schema, each made once, by name. */
export class TypeRegistry {
  readonly #types = new Map<string, GraphQLNamedType>()

  #once<Type extends GraphQLNamedType>(name: string, make: () => Type): Type {
    const known = this.#types.get(name)
    if (known) return known as Type
    const type = make()
    this.#types.set(name, type)
    return type
  }

  scalar(name: string, description?: string | null): GraphQLScalarType {
    return this.#once(name, () => newScalar(name, description))
  }

  object(name: string, description: string | null, fields: () => Fields): GraphQLObjectType {
    return this.#once(
      name,
      () =>
        new GraphQLObjectType({
          name,
          description,
          fields: () => sortedRecord(fields()),
        }),
    )
  }

  input(
    name: string,
    description: string | null,
    fields: () => InputFields,
  ): GraphQLInputObjectType {
    return this.#once(
      name,
      () => new GraphQLInputObjectType({ name, description, fields: () => sortedRecord(fields()) }),
    )
  }

  enumeration(
    name: string,
    description: string | null,
    values: Record<string, GraphQLEnumValueConfig>,
  ): GraphQLEnumType {
    return this.#once(
      name,
      () => new GraphQLEnumType({ name, description, values: sortedRecord(values) }),
    )
  }

  all(): GraphQLNamedType[] {
    return [...this.#types.values()]
  }
}

/** What the schema of one role is built from. */
export interface SchemaContext {
  readonly role: string
  readonly backendOnly: boolean
  readonly metadata: Metadata
  readonly catalog: Catalog
  readonly source: TrackedSource
  readonly roles: Roles
  /** Tracked tables with what the role may do; by `qualifiedKey`. */
  readonly table: (key: string) => RoleTable | null
  readonly tables: readonly RoleTable[]
  readonly types: TypeRegistry
}
