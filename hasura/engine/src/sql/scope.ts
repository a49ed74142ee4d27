import { identifier, sql, type Fragment } from './fragment.ts'

/** Gives each row source of a statement an alias of its own. */
export class Aliases {
  #count = 0

  next(): Fragment {
    this.#count += 1
    return identifier(`t${this.#count}`)
  }
}

/** Where an expression stands: the row it is about, and the row of the whole condition (`$`). */
export interface Scope {
  readonly aliases: Aliases
  readonly row: Fragment
  readonly root: Fragment
}

export const scopeOf = (aliases: Aliases, row: Fragment): Scope => ({ aliases, row, root: row })

export const column = (alias: Fragment, name: string): Fragment => sql`${alias}.${identifier(name)}`
