import { invalidRequest } from './errors.ts'

export type FormValue = string | FormObject
export interface FormObject {
  [name: string]: FormValue
}

const DEPTH_LIMIT = 12
const PAIRS_LIMIT = 2000

/**
 * Reads Stripe's form encoding: `a[b][0][c]=1`. Lists stay objects with numbers as names (or with
 * `[]`, counted here) until the shape of the parameter says that a list is wanted.
 */
export function parseForm(text: string): FormObject {
  const result: FormObject = Object.create(null) as FormObject
  let pairs = 0
  for (const [name, value] of new URLSearchParams(text)) {
    pairs += 1
    if (pairs > PAIRS_LIMIT) throw invalidRequest(`More than ${PAIRS_LIMIT} parameters`)
    put(result, pathOf(name), value)
  }
  return result
}

function pathOf(name: string): string[] {
  const bracket = name.indexOf('[')
  if (bracket <= 0) return [name]
  const inner = [...name.slice(bracket).matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '')
  if (inner.length > DEPTH_LIMIT) throw invalidRequest(`Parameter nested too deeply: ${name}`, name)
  return [name.slice(0, bracket), ...inner]
}

function put(target: FormObject, path: string[], value: string): void {
  let place = target
  for (const [index, step] of path.entries()) {
    const name = step === '' ? String(Object.keys(place).length) : step
    if (index === path.length - 1) {
      place[name] = value
      return
    }
    const child = place[name]
    if (child !== undefined && typeof child !== 'string') {
      place = child
      continue
    }
    const made: FormObject = Object.create(null) as FormObject
    place[name] = made
    place = made
  }
}
