import type { BoundParameter } from '../schema/expressions.ts'

/**
 * SQL text with bound parameters in it. The only ways to make one are the `sql` tag, whose text comes
 * from this repository, and `identifier`; values of requests and metadata become parameters.
 */
export interface Fragment {
  readonly parts: readonly (string | BoundParameter)[]
}

type Interpolated = Fragment | BoundParameter | number

export function sql(texts: TemplateStringsArray, ...values: readonly Interpolated[]): Fragment {
  const parts: (string | BoundParameter)[] = []
  texts.forEach((text, index) => {
    parts.push(text)
    const value = values[index]
    if (value === undefined) return
    if (typeof value === 'number') parts.push(String(value))
    else if ('parts' in value) parts.push(...value.parts)
    else parts.push(value)
  })
  return { parts }
}

/** The one function that quotes names. */
export const identifier = (name: string): Fragment => ({
  parts: [`"${name.replaceAll('"', '""')}"`],
})

/** A string constant of the schema (a key of an answer, a type name); never a value of a request. */
export const constant = (text: string): Fragment => ({
  parts: [
    `${text.includes('\\') ? 'E' : ''}'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`,
  ],
})

/** A word of SQL or a type name that the catalog has quoted. */
export const keyword = (text: string): Fragment => ({ parts: [text] })

export const qualified = ({ schema, name }: { schema: string; name: string }): Fragment =>
  sql`${identifier(schema)}.${identifier(name)}`

export function join(fragments: readonly Fragment[], separator: string): Fragment {
  return {
    parts: fragments.flatMap((fragment, index) =>
      index === 0 ? fragment.parts : [separator, ...fragment.parts],
    ),
  }
}

/** How a statement refers to its parameters: `$1`, or an element of a row of a cohort. */
export type Placeholder = (position: number, sqlType: string) => string

export const dollar: Placeholder = (position, sqlType) => `$${position}::${sqlType}`

export interface CompiledSql {
  readonly text: string
  readonly parameters: readonly BoundParameter[]
}

/** Equal parameters share a place, so that a session variable is sent once. */
export function compile(fragment: Fragment, placeholder: Placeholder = dollar): CompiledSql {
  const positions = new Map<string, number>()
  const parameters: BoundParameter[] = []
  const text = fragment.parts
    .map((part) => {
      if (typeof part === 'string') return part
      const key = parameterKey(part, parameters.length)
      let position = positions.get(key)
      if (position === undefined) {
        parameters.push(part)
        position = parameters.length
        positions.set(key, position)
      }
      return placeholder(position, part.sqlType)
    })
    .join('')
  return { text, parameters }
}

/** Variables are not shared: two places may encode or report the same variable differently. */
function parameterKey({ source, sqlType }: BoundParameter, count: number): string {
  if (source.from === 'variable') return `variable ${count}`
  return JSON.stringify([sqlType, source])
}
