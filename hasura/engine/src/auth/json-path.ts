/**
 * The part of JSONPath that Hasura's claims settings use: `$.a.b`, `$['a b']`, `$.list[0]`.
 * Undefined where the path leads nowhere or is none.
 */
export function valueAtJsonPath(value: unknown, path: string): unknown {
  if (!path.startsWith('$')) return undefined
  let current = value
  const step = /\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y
  let position = 1
  while (position < path.length) {
    step.lastIndex = position
    const match = step.exec(path)
    if (match === null || typeof current !== 'object' || current === null) return undefined
    position = step.lastIndex
    const key = match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''
    if (!Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}
