import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

const fetchTimeoutMilliseconds = 5000
/** As Hasura: without a usable Cache-Control or Expires header, ask again after a minute. */
const defaultLifetimeMilliseconds = 60_000
/** Tokens with invented key ids must not make this server hammer the issuer. */
const unknownKeyCooldownMilliseconds = 10_000

/**
 * Keys of a JWKS URL: kept as long as its Cache-Control says, fetched again when a token names a
 * key that is not there (a rotation), at most once per cooldown. While the issuer is away the old
 * keys stay in use.
 */
export class JwksCache {
  readonly #url: string
  #resolve: JWTVerifyGetKey | undefined
  #validUntil = 0
  #fetchedAt = 0
  #fetching: Promise<void> | undefined
  /** Grows with every set of keys, so that answers verified with older keys can be dropped. */
  generation = 0

  constructor(url: string) {
    this.#url = url
  }

  /** Keys that are due to be fetched again vouch for nothing that was verified with them before. */
  get isStale(): boolean {
    return Date.now() >= this.#validUntil
  }

  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    if (this.#resolve === undefined || this.isStale) await this.#refresh()
    if (this.#resolve === undefined) throw new Error(`no keys from ${this.#url}`)
    try {
      return await this.#resolve(header, token)
    } catch (error) {
      if (Date.now() - this.#fetchedAt < unknownKeyCooldownMilliseconds) throw error
      await this.#refresh()
      return this.#resolve(header, token)
    }
  }

  /** Concurrent requests share one fetch; a failure leaves the keys as they are. */
  async #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    await this.#fetching
  }

  async #fetch(): Promise<void> {
    this.#fetchedAt = Date.now()
    try {
      const response = await fetch(this.#url, {
        signal: AbortSignal.timeout(fetchTimeoutMilliseconds),
      })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      this.#resolve = createLocalJWKSet((await response.json()) as JSONWebKeySet)
      this.#validUntil = Date.now() + lifetimeMilliseconds(response.headers)
      this.generation += 1
    } catch {
      // The issuer may come up after this server: retry soon instead of failing for a minute.
      this.#validUntil = Date.now() + (this.#resolve === undefined ? 0 : 5000)
    }
  }
}

function lifetimeMilliseconds(headers: Headers): number {
  const maxAge = /(?:s-maxage|max-age)\s*=\s*"?(\d+)/i.exec(headers.get('cache-control') ?? '')
  if (maxAge?.[1] !== undefined) return Number(maxAge[1]) * 1000
  const expires = Date.parse(headers.get('expires') ?? '')
  if (!Number.isNaN(expires)) return Math.max(0, expires - Date.now())
  return defaultLifetimeMilliseconds
}
