import type { JWTPayload } from 'jose'
import { HasuraError } from '../errors.ts'
import type { ClaimsMap, ClaimSource, JwtSettings, RoleListSource } from './jwt-settings.ts'
import { valueAtJsonPath } from './json-path.ts'

export type HasuraClaims = {
  allowedRoles: string[]
  defaultRole: string
  /** All other x-hasura-* claims, lower-case names. */
  variables: Record<string, string>
}

const defaultNamespace = 'https://hasura.io/jwt/claims'
const allowedRolesClaim = 'x-hasura-allowed-roles'
const defaultRoleClaim = 'x-hasura-default-role'

/** Finds and checks Hasura's claims in a verified token; the errors are Hasura's. */
export function readHasuraClaims(payload: JWTPayload, settings: JwtSettings): HasuraClaims {
  const claims =
    settings.claims_map === undefined
      ? namespacedClaims(payload, settings)
      : mappedClaims(payload, settings.claims_map)
  const allowedRoles = claims[allowedRolesClaim]
  const defaultRole = claims[defaultRoleClaim]
  if (allowedRoles === undefined) throw missingRoleClaim(allowedRolesClaim)
  if (!isStringList(allowedRoles)) {
    throw invalidClaims(`invalid ${allowedRolesClaim}; should be a list of roles`)
  }
  if (defaultRole === undefined) throw missingRoleClaim(defaultRoleClaim)
  if (typeof defaultRole !== 'string') {
    throw invalidClaims(`invalid ${defaultRoleClaim}; should be a single role name`)
  }
  return { allowedRoles, defaultRole, variables: variablesOf(claims) }
}

function variablesOf(claims: Record<string, unknown>): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(claims)) {
    if (name === allowedRolesClaim || name === defaultRoleClaim) continue
    if (typeof value !== 'string') {
      throw invalidClaims(`x-hasura-* claims: the value of ${name} has to be a string`)
    }
    variables[name] = value
  }
  return variables
}

function namespacedClaims(payload: JWTPayload, settings: JwtSettings): Record<string, unknown> {
  const path = settings.claims_namespace_path
  const namespace = settings.claims_namespace ?? defaultNamespace
  const found = path === undefined ? payload[namespace] : valueAtJsonPath(payload, path)
  if (found === undefined) {
    throw invalidClaims(
      path === undefined
        ? `claims key: '${namespace}' not found`
        : `claims not found at claims_namespace_path: '${path}'`,
    )
  }
  const claims = settings.claims_format === 'json' ? jsonClaims(found) : stringifiedClaims(found)
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(claims)) {
    const lowered = name.toLowerCase()
    if (lowered.startsWith('x-hasura-')) result[lowered] = value
  }
  return result
}

function jsonClaims(value: unknown): object {
  if (isObject(value)) return value
  throw invalidClaims('expecting a json object when claims_format is json')
}

function stringifiedClaims(value: unknown): object {
  if (typeof value !== 'string') {
    throw invalidClaims('expecting a string when claims_format is stringified_json')
  }
  try {
    const parsed: unknown = JSON.parse(value)
    if (isObject(parsed)) return parsed
  } catch {
    // The same error as for JSON that is no object.
  }
  throw invalidClaims('expecting stringified json in the claims namespace')
}

function mappedClaims(payload: JWTPayload, map: ClaimsMap): Record<string, unknown> {
  const result: Record<string, unknown> = {
    [allowedRolesClaim]: fromSource(payload, map.allowedRoles),
    [defaultRoleClaim]: fromSource(payload, map.defaultRole),
  }
  for (const [name, source] of Object.entries(map.others)) {
    const value = fromSource(payload, source)
    if (value === undefined) throw invalidClaims(`JWT claim from claims_map, ${name} not found`)
    result[name.toLowerCase()] = value
  }
  return result
}

function fromSource(payload: JWTPayload, source: ClaimSource | RoleListSource): unknown {
  if (typeof source === 'string' || Array.isArray(source)) return source
  return valueAtJsonPath(payload, source.path) ?? source.default
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

function missingRoleClaim(name: string): HasuraError {
  return new HasuraError('jwt-missing-role-claims', `JWT claim does not contain ${name}`)
}

function invalidClaims(message: string): HasuraError {
  return new HasuraError('jwt-invalid-claims', message)
}
