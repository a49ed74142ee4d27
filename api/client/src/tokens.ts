import { errorFromAnswer, PurserError } from './errors.ts'
import type { Transport } from './transport.ts'

export interface TokenSource {
  token(): Promise<string>
  /** The token was refused; the next one is a new one, where that is possible. */
  forget(): void
  readonly canRenew: boolean
}

/** A token is not used in its last minute: it could end on the way. */
const RENEW_BEFORE_SECONDS = 60

/** A token that the caller looks after. */
export function givenToken(token: string | (() => Promise<string>)): TokenSource {
  return {
    token: async () => (typeof token === 'string' ? token : token()),
    forget: () => undefined,
    canRenew: typeof token !== 'string',
  }
}

/** Exchanges an API key for tokens of 15 minutes, one at a time however many calls want one. */
export function tokenFromKey(apiKey: string, authUrl: string, transport: Transport): TokenSource {
  let current: { token: Promise<string>; renewAt: number } | null = null

  async function exchange(): Promise<string> {
    const { status, body } = await transport.post(
      `${authUrl.replace(/\/+$/, '')}/service-token`,
      { authorization: `Bearer ${apiKey}` },
      null,
    )
    const answer = body as Partial<{
      token: string
      expires_in_seconds: number
      message: string
      extensions: Record<string, unknown>
    }> | null
    if (status !== 200 || !answer?.token) {
      if (answer?.extensions) throw errorFromAnswer(answer.message ?? '', answer.extensions)
      throw new PurserError('unexpected', { original_code: null }, `no token: status ${status}`)
    }
    const seconds = (answer.expires_in_seconds ?? 0) - RENEW_BEFORE_SECONDS
    if (current) current.renewAt = Date.now() + seconds * 1000
    return answer.token
  }

  return {
    async token() {
      if (!current || Date.now() >= current.renewAt) {
        current = { token: exchange(), renewAt: Number.POSITIVE_INFINITY }
        current.token.catch(() => (current = null))
      }
      return current.token
    },
    forget() {
      current = null
    },
    canRenew: true,
  }
}
