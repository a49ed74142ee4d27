import { parse } from 'graphql'
import { LRUCache } from 'lru-cache'
import { createActionRunner } from '../action/action-runner.ts'
import type { ActionDependencies } from '../action/call-handler.ts'
import type { RequestHeaders } from '../auth/headers.ts'
import { HasuraError, validationFailed } from '../errors.ts'
import { executePrepared } from '../execute/execute.ts'
import { prepare } from '../execute/prepare.ts'
import type { GraphqlRequest, Session } from '../execute/types.ts'
import type { OperationPlan } from '../plan/types.ts'
import { AllowList } from '../rest/allow-list.ts'
import type { Settings } from '../settings.ts'
import type { Databases } from './database.ts'
import { asConnectionError } from './database-errors.ts'
import type { EngineHost } from './engine-host.ts'
import { startSubscription } from './start-subscription.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { OperationSink } from './websocket-connection.ts'

export type GraphqlAnswer = { text: string; setCookies: string[] }

type ServiceOptions = {
  host: EngineHost
  databases: Databases
  settings: Settings
  actions: ActionDependencies
  wakeAsyncActions: () => void
  subscriptions: Subscriptions
}

const rememberedAllowedCharacters = 4_000_000

/** GraphQL operations, whatever they came by: HTTP, websocket or a REST endpoint. */
export class GraphqlService {
  readonly #options: ServiceOptions
  #allowList: AllowList | undefined
  readonly #allowed = new LRUCache<string, boolean>({
    maxSize: rememberedAllowedCharacters,
    sizeCalculation: (_allowed, key) => key.length,
  })

  constructor(options: ServiceOptions) {
    this.#options = options
    if (!options.settings.enableAllowlist) return
    options.host.onChange(({ metadata }) => {
      this.#allowList = new AllowList(metadata)
      this.#allowed.clear()
    })
  }

  /** `extensions.internal` is for admins, and for everybody in development mode. */
  showsInternal(session: Session | undefined): boolean {
    const { devMode, adminInternalErrors } = this.#options.settings
    return devMode || (adminInternalErrors && session?.role === 'admin')
  }

  /** Runs a query or mutation; rejects with a HasuraError, or with a bug. */
  async run(
    request: GraphqlRequest,
    session: Session,
    headers: RequestHeaders,
  ): Promise<GraphqlAnswer> {
    this.#checkAllowed(request, session)
    const { host, databases } = this.#options
    const setCookies: string[] = []
    try {
      const prepared = prepare(host.engine, session, request)
      const runner = callsActions(prepared.plan)
        ? this.#actionRunner(request, headers, setCookies)
        : undefined
      const { bodyText } = await executePrepared(databases.data, session, prepared, runner)
      return { text: bodyText, setCookies }
    } catch (error) {
      throw asConnectionError(error)
    }
  }

  /** The same without the `data` around it, for REST. */
  async runForData(
    request: GraphqlRequest,
    session: Session,
    headers: RequestHeaders,
  ): Promise<GraphqlAnswer> {
    const { text, setCookies } = await this.run(request, session, headers)
    return { text: text.slice('{"data":'.length, -1), setCookies }
  }

  /** Starts an operation of a websocket; the function that it answers stops it. */
  async start(
    request: GraphqlRequest,
    session: Session,
    headers: RequestHeaders,
    sink: OperationSink,
  ): Promise<() => void> {
    this.#checkAllowed(request, session)
    const { host, databases, subscriptions, settings } = this.#options
    const prepared = prepare(host.engine, session, request)
    if (prepared.plan.kind === 'subscription') {
      const runner = this.#actionRunner(request, headers, [])
      const { refetchIntervalMilliseconds } = settings.liveQueries
      const sql = databases.data
      const context = { engine: host.engine, sql, subscriptions, runner }
      return startSubscription(prepared, session, sink, { ...context, refetchIntervalMilliseconds })
    }
    const { text } = await this.run(request, session, headers)
    sink.next(text)
    sink.complete()
    return () => undefined
  }

  #actionRunner(request: GraphqlRequest, headers: RequestHeaders, setCookies: string[]) {
    const { databases, actions, wakeAsyncActions } = this.#options
    return createActionRunner({
      database: databases.data,
      log: databases.own,
      dependencies: actions,
      request,
      headers,
      enqueued: wakeAsyncActions,
      setCookies,
    })
  }

  #checkAllowed(request: GraphqlRequest, { role }: Session): void {
    const allowList = this.#allowList
    if (allowList === undefined || role === 'admin') return
    const key = `${role} ${request.query}`
    let allowed = this.#allowed.get(key)
    if (allowed === undefined) {
      allowed = isAllowed(allowList, role, request.query)
      this.#allowed.set(key, allowed)
    }
    if (!allowed) {
      throw new HasuraError('validation-failed', 'query is not allowed', {
        internal: { message: 'query is not in any of the allowlists' },
      })
    }
  }
}

const callsActions = ({ roots }: OperationPlan): boolean =>
  roots.some(({ kind }) => kind.startsWith('action'))

function isAllowed(allowList: AllowList, role: string, query: string): boolean {
  try {
    return allowList.allows(role, parse(query, { noLocation: true }))
  } catch (error) {
    throw validationFailed(`not a valid graphql query: ${(error as Error).message}`, '$.query')
  }
}
