import { setTimeout as wait } from 'node:timers/promises'
import { PurserError } from './errors.ts'

export interface TransportOptions {
  fetch?: typeof globalThis.fetch | undefined
  timeoutMilliseconds?: number | undefined
  maximumAttempts?: number | undefined
}

export interface Answer {
  status: number
  /** Parsed JSON, or null. */
  body: unknown
  /** An earlier attempt got no answer: it may have been carried out all the same. */
  retried: boolean
}

export type Transport = ReturnType<typeof createTransport>

const TIMEOUT_MILLISECONDS = 10_000
const MAXIMUM_ATTEMPTS = 4
const FIRST_PAUSE_MILLISECONDS = 100
const MAXIMUM_PAUSE_MILLISECONDS = 5_000

/**
 * POSTs JSON, again and again with growing pauses while there is no answer, or one that says "not
 * now". Every call that goes through here may be repeated: checks change nothing, and moves of
 * credits are idempotent by key or by reservation.
 */
export function createTransport(options: TransportOptions) {
  const send = options.fetch ?? globalThis.fetch
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS
  const maximumAttempts = options.maximumAttempts ?? MAXIMUM_ATTEMPTS

  async function postOnce(
    url: string,
    headers: Record<string, string>,
    body: unknown,
  ): Promise<Omit<Answer, 'retried'>> {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== null && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeout),
    })
    const text = await response.text()
    return { status: response.status, body: parsed(text) }
  }

  return {
    /** `isBusy` tells from the answer whether to ask again, and after how many seconds at least. */
    async post(
      url: string,
      headers: Record<string, string>,
      body: unknown,
      isBusy: (answer: Pick<Answer, 'body'>) => { afterSeconds: number } | null = () => null,
    ): Promise<Answer> {
      let retried = false
      for (let attempt = 1; ; attempt++) {
        let pauseSeconds = 0
        try {
          const answer = await postOnce(url, headers, body)
          const busy = answer.status >= 500 ? { afterSeconds: 0 } : isBusy(answer)
          if (!busy || attempt >= maximumAttempts) return { ...answer, retried }
          pauseSeconds = busy.afterSeconds
        } catch (error) {
          if (attempt >= maximumAttempts) throw unreachable(url, attempt, error)
        }
        retried = true
        await wait(pauseMilliseconds(attempt, pauseSeconds))
      }
    },
  }
}

function unreachable(url: string, attempts: number, cause: unknown): PurserError {
  return new PurserError('unreachable', { attempts }, `${url} does not answer`, { cause })
}

/** Doubles each time, and differs from caller to caller, so that they do not come back together. */
function pauseMilliseconds(attempt: number, atLeastSeconds: number): number {
  const growing = FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + Math.random())
  return Math.min(Math.max(growing, atLeastSeconds * 1000), MAXIMUM_PAUSE_MILLISECONDS)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
