import { invalidRequest } from '../http/errors.ts'

/** Stripe knows more parameters than the double serves: better no answer than one that leaves out what was asked for. */
export function refuseUnserved(params: object, served: ReadonlySet<string>, path = ''): void {
  const name = Object.keys(params).find((each) => !served.has(each))
  if (name === undefined) return
  const param = path === '' ? name : `${path}[${name}]`
  throw invalidRequest(`Purser's stand-in for Stripe does not serve ${param}.`, param)
}
