import { z } from 'zod'

/**
 * HASURA_GRAPHQL_JWT_SECRET, as Hasura documents it. What Hasura does not know is an error: a
 * misspelt `audience` would otherwise silently accept tokens of other services.
 */

const algorithms = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
] as const

const claimSource = z.union([
  z.strictObject({ path: z.string(), default: z.string().optional() }),
  z.string(),
])
const roleListSource = z.union([
  z.strictObject({ path: z.string(), default: z.array(z.string()).optional() }),
  z.array(z.string()),
])
const claimsMap = z
  .object({ 'x-hasura-allowed-roles': roleListSource, 'x-hasura-default-role': claimSource })
  .catchall(z.unknown())
  .transform(
    ({ 'x-hasura-allowed-roles': allowedRoles, 'x-hasura-default-role': role, ...rest }) => ({
      allowedRoles,
      defaultRole: role,
      others: z.record(z.string(), claimSource).parse(rest),
    }),
  )

const header = z.union([
  z.strictObject({ type: z.literal('Authorization') }),
  z.strictObject({ type: z.literal('Cookie'), name: z.string() }),
  z.strictObject({ type: z.literal('CustomHeader'), name: z.string() }),
])

const jwtSecret = z
  .strictObject({
    type: z.enum(algorithms).optional(),
    key: z.string().optional(),
    jwk_url: z.url().optional(),
    issuer: z.string().optional(),
    audience: z.union([z.string(), z.array(z.string())]).optional(),
    claims_namespace: z.string().optional(),
    claims_namespace_path: z.string().optional(),
    claims_format: z.enum(['json', 'stringified_json']).default('json'),
    claims_map: claimsMap.optional(),
    allowed_skew: z.number().nonnegative().default(0),
    header: header.default({ type: 'Authorization' }),
  })
  .refine((secret) => (secret.key === undefined) !== (secret.jwk_url === undefined), {
    message: 'exactly one of key and jwk_url has to be given',
  })
  .refine((secret) => secret.key === undefined || secret.type !== undefined, {
    message: 'a key needs its type',
  })
  .refine((secret) => !(secret.claims_namespace && secret.claims_namespace_path), {
    message: 'claims_namespace and claims_namespace_path both cannot be set',
  })

export type JwtSettings = z.infer<typeof jwtSecret>
export type ClaimSource = z.infer<typeof claimSource>
export type RoleListSource = z.infer<typeof roleListSource>
export type ClaimsMap = z.infer<typeof claimsMap>

/** Parses the value of the environment variable; throws a plain Error that says what is wrong. */
export function parseJwtSecret(text: string): JwtSettings {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  const parsed = jwtSecret.safeParse(value)
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
  return parsed.data
}
