import { AccessTokens } from '@/features/identity/access-tokens.ts'

/** A token with real claims and no signature: the client reads it, it never checks it. */
export function tokenFor(claims: {
  userId?: string
  organizationId?: string
  role?: string
  allowedRoles?: string[]
  expiresAt: number
  id?: string
}): string {
  const payload = {
    jti: claims.id ?? '',
    exp: Math.ceil(claims.expiresAt / 1000),
    'https://hasura.io/jwt/claims': {
      'x-hasura-user-id': claims.userId ?? 'user',
      ...(claims.organizationId ? { 'x-hasura-org-id': claims.organizationId } : {}),
      'x-hasura-default-role': claims.role ?? 'member',
      'x-hasura-allowed-roles': claims.allowedRoles ?? [claims.role ?? 'member'],
    },
  }
  return `x.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.x`
}

/** Mints a new token at each refresh; the server under test is told which ones hold. */
export function mintingTokens(options: {
  lifetimeMilliseconds: number
  onMint: (token: string, count: number) => void
}) {
  let count = 0
  return new AccessTokens(async () => {
    count++
    const token = tokenFor({
      id: String(count),
      expiresAt: Date.now() + options.lifetimeMilliseconds,
    })
    options.onMint(token, count)
    // Long enough for parallel callers to pile up behind one refresh.
    await new Promise((resolve) => setTimeout(resolve, 20))
    return token
  })
}
