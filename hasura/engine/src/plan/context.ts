import type { FragmentDefinitionNode, GraphQLSchema } from 'graphql'
import { validationFailed } from '../errors.ts'
import type { Variable } from './variables.ts'

export interface PlanLimits {
  readonly maxDepth: number
  readonly maxFields: number
}

/** The state of planning one operation. What it reads of the variables decides the cache key. */
export class PlanContext {
  readonly schema: GraphQLSchema
  readonly role: string
  readonly stringify: boolean
  readonly allowsIntrospection: boolean
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #variables: ReadonlyMap<string, Variable>
  readonly #limits: PlanLimits
  #fields = 0
  /** Variables whose values have shaped the plan; the others are bound when the statement runs. */
  readonly structural = new Set<string>()
  readonly used = new Set<string>()

  constructor(options: {
    schema: GraphQLSchema
    role: string
    stringify: boolean
    allowsIntrospection: boolean
    fragments: ReadonlyMap<string, FragmentDefinitionNode>
    variables: ReadonlyMap<string, Variable>
    limits: PlanLimits
  }) {
    this.schema = options.schema
    this.role = options.role
    this.stringify = options.stringify
    this.allowsIntrospection = options.allowsIntrospection
    this.fragments = options.fragments
    this.#variables = options.variables
    this.#limits = options.limits
  }

  variable(name: string, path: string): Variable {
    this.used.add(name)
    const variable = this.#variables.get(name)
    if (!variable) throw validationFailed(`unbound variable '${name}'`, path)
    return variable
  }

  /** Like `variable`, for a value that shapes the plan. */
  structuralVariable(name: string, path: string): Variable {
    this.structural.add(name)
    return this.variable(name, path)
  }

  countField(path: string): void {
    this.#fields += 1
    if (this.#fields > this.#limits.maxFields)
      throw validationFailed(
        `the operation has more than ${this.#limits.maxFields} fields`,
        path.slice(0, 200),
      )
  }

  checkDepth(depth: number): void {
    if (depth > this.#limits.maxDepth)
      throw validationFailed(
        `the operation is nested more than ${this.#limits.maxDepth} levels deep`,
        '$',
      )
  }
}
