import http from 'node:http'
import https from 'node:https'

/** What a handler may answer at most; more is no answer but an accident. */
const maxResponseBytes = 32 * 1024 * 1024
const agentOptions = { keepAlive: true, maxSockets: 256 }

export type WebhookResponse = {
  status: number
  body: string
  /** In the order and spelling in which they came. */
  headers: [name: string, value: string][]
}

/**
 * The handler could not be reached or did not answer; `reason` has the words of Hasura's client.
 * Without the socket's error as cause: its code would look like an outage of the database.
 */
export class WebhookError extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`http exception when calling webhook: ${reason}`)
    this.reason = reason
  }
}

/** Posts JSON over kept-alive connections: the default fetch costs more than a small action does. */
export class WebhookClient {
  readonly #agents = {
    'http:': new http.Agent(agentOptions),
    'https:': new https.Agent(agentOptions),
  }

  async post(
    url: URL,
    headers: Record<string, string>,
    body: string,
    timeoutMilliseconds: number,
  ): Promise<WebhookResponse> {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new WebhookError(`InvalidUrlException ${url.protocol}`)
    }
    const request = { url, headers, body, timeoutMilliseconds }
    try {
      return await this.#send(request)
    } catch (error) {
      // The handler may close an idle connection just as it is taken for this request.
      if (error instanceof StaleConnectionError) return this.#send(request)
      throw error
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  #send({ url, headers, body, timeoutMilliseconds }: OutgoingRequest): Promise<WebhookResponse> {
    const secure = url.protocol === 'https:'
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method: 'POST',
        agent: secure ? this.#agents['https:'] : this.#agents['http:'],
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      })
      const timer = setTimeout(() => {
        request.destroy(new WebhookError('ResponseTimeout'))
      }, timeoutMilliseconds)
      const fail = (error: Error) => {
        clearTimeout(timer)
        const code = Reflect.get(error, 'code')
        if (error instanceof WebhookError) reject(error)
        else if (request.reusedSocket && code === 'ECONNRESET') reject(new StaleConnectionError())
        else reject(new WebhookError(`ConnectionFailure ${code ?? error.message}`))
      }
      request.on('error', fail)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('error', fail)
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxResponseBytes) request.destroy(new WebhookError('ResponseTooLarge'))
          else chunks.push(chunk)
        })
        response.on('end', () => {
          clearTimeout(timer)
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: pairs(response.rawHeaders),
          })
        })
      })
      // As a string it leaves in one write with the head.
      request.end(body)
    })
  }
}

type OutgoingRequest = {
  url: URL
  headers: Record<string, string>
  body: string
  timeoutMilliseconds: number
}

class StaleConnectionError extends Error {}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const result: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    result.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return result
}
