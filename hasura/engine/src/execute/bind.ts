import { HasuraError } from '../errors.ts'
import { exactDigits } from '../exact-json.ts'
import type { BoundParameter } from '../schema/expressions.ts'
import type { Json } from '../metadata/common.ts'
import type { Session, SqlValue } from './types.ts'

export interface BindInput {
  readonly session: Session
  readonly variables: Readonly<Record<string, Json>>
  /** Marks the statement's text, so that prepared statements are not used over changed types. */
  readonly typesVersion: string
  /** Values that only the executor knows: rows of an earlier statement, a cursor. */
  readonly runtime?: Readonly<Record<string, SqlValue>>
}

/** The values of a statement's parameters, as text. */
export function bind(
  parameters: readonly BoundParameter[],
  { session, variables, runtime = {} }: Omit<BindInput, 'typesVersion'>,
): SqlValue[] {
  return parameters.map(({ source }) => {
    switch (source.from) {
      case 'literal':
        return withoutNul(source.text)
      case 'variable': {
        const value = variables[source.name]
        return value === undefined || value === null
          ? null
          : withoutNul(source.codec(value, source.path, exactDigits(variables, source.name)))
      }
      case 'session': {
        const value = session.variables[source.name]
        if (value === undefined)
          throw new HasuraError('not-found', `missing session variable: "${source.name}"`)
        return withoutNul(value)
      }
      case 'session-json':
        return JSON.stringify(session.variables)
      case 'runtime':
        return runtime[source.name] ?? null
    }
  })
}

/** PostgreSQL's text cannot hold NUL; the driver would cut the value there. */
function withoutNul(text: SqlValue): SqlValue {
  if (text?.includes('\0'))
    throw new HasuraError('data-exception', 'invalid byte sequence for encoding "UTF8": 0x00')
  return text
}
