/** What the GraphQL client needs of the tokens. */
export type TokenSource = Pick<
  AccessTokens,
  'headers' | 'expiresInMilliseconds' | 'refresh' | 'lastingAtLeast'
>

export interface TokenClaims {
  userId: string | null
  organizationId: string | null
  /** The role that the app's pages act in. */
  role: string
  expiresAt: number
}

const HASURA_CLAIMS = 'https://hasura.io/jwt/claims'
/** From the most to the least powerful. Operators have `platform_admin` besides, which sees every organization. */
const ORGANIZATION_ROLES = ['owner', 'org_admin', 'member'] as const

/**
 * The GraphQL token, kept in memory only. However many requests and sockets find it too old at the same moment,
 * there is one refresh on the way (single flight).
 */
export class AccessTokens {
  private token: string | null = null
  private claims: TokenClaims | null = null
  private pending: Promise<string> | null = null
  private readonly load: () => Promise<string>
  private readonly onClaims: (claims: TokenClaims) => void
  private readonly now: () => number

  /** @param load rejects when there is no token to be had: signed out, or the server is away. */
  constructor(
    load: () => Promise<string>,
    onClaims: (claims: TokenClaims) => void = () => {},
    now: () => number = Date.now,
  ) {
    this.load = load
    this.onClaims = onClaims
    this.now = now
  }

  /**
   * What a request carries. The role is always named: an operator's token would else act as `platform_admin`, for whom
   * "the balance" is that of any organization.
   */
  get headers(): { Authorization: string; 'x-hasura-role': string } | null {
    if (this.token === null || this.claims === null) return null
    return { Authorization: `Bearer ${this.token}`, 'x-hasura-role': this.claims.role }
  }

  expiresInMilliseconds(): number {
    return this.claims ? this.claims.expiresAt - this.now() : -1
  }

  refresh(): Promise<string> {
    this.pending ??= this.load()
      .then((token) => {
        this.token = token
        this.claims = readClaims(token)
        this.onClaims(this.claims)
        return token
      })
      .finally(() => {
        this.pending = null
      })
    return this.pending
  }

  /** A token that lasts for at least the given time, refreshed when the one at hand does not. */
  async lastingAtLeast(milliseconds: number): Promise<string> {
    return this.token !== null && this.expiresInMilliseconds() > milliseconds
      ? this.token
      : this.refresh()
  }

  clear() {
    this.token = null
    this.claims = null
  }
}

/** Reads what the server signed, for display and timing only; the server alone checks it. */
export function readClaims(token: string): TokenClaims {
  const payload = token.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  const hasura = (claims[HASURA_CLAIMS] ?? {}) as HasuraClaims
  const allowed = hasura['x-hasura-allowed-roles'] ?? []
  return {
    userId: hasura['x-hasura-user-id'] ?? null,
    organizationId: hasura['x-hasura-org-id'] ?? null,
    role:
      ORGANIZATION_ROLES.find((role) => allowed.includes(role)) ??
      hasura['x-hasura-default-role'] ??
      'anonymous',
    expiresAt: Number(claims.exp) * 1000,
  }
}

interface HasuraClaims {
  'x-hasura-user-id'?: string
  'x-hasura-org-id'?: string
  'x-hasura-default-role'?: string
  'x-hasura-allowed-roles'?: string[]
}
