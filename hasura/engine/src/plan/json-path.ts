import { validationFailed } from '../errors.ts'
import type { BoundParameter, Codec } from '../schema/expressions.ts'
import type { PlanContext } from './context.ts'
import type { InputValue } from './input.ts'
import { customParameter } from './parameters.ts'

/** `path` of a jsonb column, `$.a.b[0]["c d"]`, as the text array that `#>` takes. */
export const jsonPathParameter = (context: PlanContext, value: InputValue): BoundParameter =>
  customParameter(context, value, jsonPathCodec, '"text"[]')

const STEP =
  /^(?:\.?([A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)|\.?\[(\d+)\]|\.?\[(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]|\.(\d+))/

const jsonPathCodec: Codec = (value, path) => {
  if (typeof value !== 'string')
    throw validationFailed(`expected a string for type 'String', but found something else`, path)
  const steps: string[] = []
  let rest = value.startsWith('$') ? value.slice(1) : value
  while (rest !== '') {
    const match = STEP.exec(rest)
    if (!match) throw validationFailed(`parse json path error: ${value}`, path)
    const [whole, name, index, double, single, position] = match
    steps.push(name ?? index ?? unescape(double) ?? unescape(single) ?? position ?? '')
    rest = rest.slice(whole.length)
  }
  return `{${steps.map((step) => `"${step.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

const unescape = (text: string | undefined): string | undefined => text?.replaceAll(/\\(.)/g, '$1')
