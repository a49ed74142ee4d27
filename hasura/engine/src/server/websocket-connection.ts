import { parseJson } from '../exact-json.ts'
import { CloseCode, MessageType, parseMessage, type SubscribePayload } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Authenticated } from '../auth/authenticator.ts'
import type { RequestHeaders } from '../auth/headers.ts'
import { HasuraError } from '../errors.ts'
import type { Limits } from '../settings.ts'

/** What one operation does with its answers; `stop` is called when the client has completed it. */
export type OperationSink = {
  /** Every message counts. */
  next(payloadText: string): void
  /** A newer message makes an unsent older one of the operation superfluous. */
  replace(payloadText: string): void
  /** The client reads more slowly than it is sent to. */
  isCongested(): boolean
  error(error: unknown): void
  complete(): void
}

export type WebsocketHandlers = {
  authenticate(headers: RequestHeaders): Promise<Authenticated>
  /** Starts an operation; the function that it answers stops it. */
  start(
    payload: SubscribePayload,
    authenticated: Authenticated,
    headers: RequestHeaders,
    sink: OperationSink,
  ): Promise<() => void>
  /** The list of errors of an `error` message, as JSON text. */
  errorsText(error: unknown, authenticated: Authenticated): string
}

export type WebsocketOptions = {
  limits: Limits
  initTimeoutMilliseconds: number
  keepAliveMilliseconds: number
}

/** setTimeout takes no more than this; a token that lives longer is not timed. */
const longestTimerMilliseconds = 2 ** 31 - 1
/** Above this many waiting bytes only the newest message of each operation is kept. */
const coalesceBytes = 256 * 1024
/** RFC 6455 leaves 123 bytes for the reason of a close frame. */
const maxReasonBytes = 120

/**
 * One connection of the graphql-transport-ws protocol. The protocol is spoken here and not by a
 * library's server because results are JSON text from PostgreSQL that goes out as it is: one text
 * for all subscribers of a cohort, never parsed.
 */
export class WebsocketConnection {
  readonly #socket: WebSocket
  readonly #upgradeHeaders: RequestHeaders
  readonly #handlers: WebsocketHandlers
  readonly #options: WebsocketOptions
  readonly #operations = new Map<string, { stop: (() => void) | undefined }>()
  /** Newest unsent message of operations, while the client reads too slowly. */
  readonly #coalesced = new Map<string, string>()
  readonly #initTimer: NodeJS.Timeout
  #expiryTimer: NodeJS.Timeout | undefined
  #keepAlive: NodeJS.Timeout | undefined
  #alive = true
  #initReceived = false
  #authenticated: Authenticated | undefined
  #headers: RequestHeaders = {}

  constructor(
    socket: WebSocket,
    upgradeHeaders: RequestHeaders,
    handlers: WebsocketHandlers,
    options: WebsocketOptions,
  ) {
    this.#socket = socket
    this.#upgradeHeaders = upgradeHeaders
    this.#handlers = handlers
    this.#options = options
    this.#initTimer = setTimeout(() => {
      this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
    }, options.initTimeoutMilliseconds)
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.close(CloseCode.BadRequest, 'binary messages are not understood')
      else this.#receive(String(data))
    })
    socket.on('pong', () => (this.#alive = true))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#dispose())
  }

  close(code: number, reason: string): void {
    const text = JSON.stringify({ server_error_msg: `${code}: ${reason}` })
    const short = Buffer.byteLength(text) <= maxReasonBytes ? text : `${code}`
    this.#socket.close(code, short)
  }

  #receive(text: string): void {
    let message: ReturnType<typeof parseMessage>
    try {
      message = parseMessage(parseJson(text))
    } catch (error) {
      const reason = `Parsing client message failed: ${(error as Error).message}`
      this.close(CloseCode.BadRequest, reason)
      return
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        void this.#initialise(message.payload)
        return
      case MessageType.Ping:
        this.#send(JSON.stringify({ type: 'pong', payload: message.payload }))
        return
      case MessageType.Pong:
        return
      case MessageType.Subscribe:
        void this.#subscribe(message.id, message.payload)
        return
      case MessageType.Complete:
        this.#end(message.id)
        return
      default:
        this.close(CloseCode.BadRequest, `unexpected message type ${message.type}`)
    }
  }

  async #initialise(payload: Record<string, unknown> | undefined): Promise<void> {
    if (this.#initReceived) {
      this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests')
      return
    }
    this.#initReceived = true
    clearTimeout(this.#initTimer)
    this.#headers = { ...this.#upgradeHeaders, ...headersOfPayload(payload) }
    try {
      this.#authenticated = await this.#handlers.authenticate(this.#headers)
    } catch (error) {
      if (error instanceof HasuraError) this.close(CloseCode.Forbidden, 'Forbidden')
      else this.close(CloseCode.InternalServerError, 'internal error')
      return
    }
    this.#watchExpiry(this.#authenticated.expiresAt)
    this.#keepAlive = setInterval(() => this.#ping(), this.#options.keepAliveMilliseconds)
    this.#send('{"type":"connection_ack"}')
  }

  /** The session was the token's; when that ends, so does the connection, as in Hasura. */
  #watchExpiry(expiresAt: Date | undefined): void {
    if (expiresAt === undefined) return
    const milliseconds = expiresAt.getTime() - Date.now()
    if (milliseconds > longestTimerMilliseconds) return
    this.#expiryTimer = setTimeout(
      () => this.close(CloseCode.BadRequest, 'Could not verify JWT: JWTExpired'),
      Math.max(0, milliseconds),
    )
  }

  #ping(): void {
    if (!this.#alive) {
      this.#socket.terminate()
      return
    }
    this.#alive = false
    this.#socket.ping()
    this.#send('{"type":"ping","payload":{"message":"keepalive"}}')
  }

  async #subscribe(id: string, payload: SubscribePayload): Promise<void> {
    const authenticated = this.#authenticated
    if (authenticated === undefined) {
      this.close(CloseCode.Unauthorized, 'Unauthorized')
      return
    }
    if (this.#operations.has(id)) {
      this.close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`)
      return
    }
    const operation: { stop: (() => void) | undefined } = { stop: undefined }
    const isCurrent = () => this.#operations.get(id) === operation
    const fail = (error: unknown) => {
      if (!isCurrent()) return
      this.#end(id)
      const errors = this.#handlers.errorsText(error, authenticated)
      this.#send(`{"type":"error","id":${JSON.stringify(id)},"payload":${errors}}`)
    }
    this.#operations.set(id, operation)
    if (this.#operations.size > this.#options.limits.maxOperationsPerWebsocket) {
      fail(new HasuraError('bad-request', 'too many operations on one websocket'))
      return
    }
    const prefix = `{"type":"next","id":${JSON.stringify(id)},"payload":`
    const sink: OperationSink = {
      next: (payloadText) => {
        if (isCurrent()) this.#send(`${prefix}${payloadText}}`)
      },
      replace: (payloadText) => {
        if (isCurrent()) this.#sendNewest(id, `${prefix}${payloadText}}`)
      },
      isCongested: () => this.#socket.bufferedAmount > coalesceBytes,
      error: fail,
      complete: () => {
        if (!isCurrent()) return
        this.#flush(id)
        this.#end(id)
        this.#send(`{"type":"complete","id":${JSON.stringify(id)}}`)
      },
    }
    try {
      const stop = await this.#handlers.start(payload, authenticated, this.#headers, sink)
      if (isCurrent()) operation.stop = stop
      else stop()
    } catch (error) {
      fail(error)
    }
  }

  #end(id: string): void {
    this.#operations.get(id)?.stop?.()
    this.#operations.delete(id)
    this.#coalesced.delete(id)
  }

  /** A slow reader gets the newest state of its live queries, not all that there was in between. */
  #sendNewest(id: string, text: string): void {
    const isCongested = this.#socket.bufferedAmount > coalesceBytes
    if (isCongested || this.#coalesced.has(id)) this.#coalesced.set(id, text)
    else this.#send(text)
  }

  #flush(id: string): void {
    const text = this.#coalesced.get(id)
    if (text === undefined) return
    this.#coalesced.delete(id)
    this.#send(text)
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > this.#options.limits.maxWebsocketBufferedBytes) {
      this.#socket.terminate()
      return
    }
    this.#socket.send(text, () => {
      if (this.#coalesced.size === 0 || this.#socket.bufferedAmount > coalesceBytes) return
      const [id] = this.#coalesced.keys()
      if (id !== undefined) this.#flush(id)
    })
  }

  #dispose(): void {
    clearTimeout(this.#initTimer)
    clearTimeout(this.#expiryTimer)
    clearInterval(this.#keepAlive)
    for (const id of [...this.#operations.keys()]) this.#end(id)
  }
}

/** `connection_init` carries HTTP headers in `payload.headers`; names are lowered. */
function headersOfPayload(payload: Record<string, unknown> | undefined): Record<string, string> {
  const headers = payload?.['headers']
  const result: Record<string, string> = {}
  if (typeof headers !== 'object' || headers === null) return result
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') result[name.toLowerCase()] = value
  }
  return result
}
