/** Request headers with lower-case names; of a repeated header the values are joined by node. */
export type RequestHeaders = Readonly<Record<string, string>>

const secretHeaders = new Set(['x-hasura-admin-secret', 'x-hasura-access-key'])
const prefix = 'x-hasura-'

/** The x-hasura-* headers that become session variables: all but the ones that hold the secret. */
export function sessionVariablesOf(headers: RequestHeaders): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (name.startsWith(prefix) && !secretHeaders.has(name) && value !== undefined) {
      variables[name] = value
    }
  }
  return variables
}

/** Reads one cookie out of a Cookie header. */
export function cookieValue(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
