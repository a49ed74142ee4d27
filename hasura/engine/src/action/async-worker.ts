import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { ensureEngineSchema } from '../engine-schema.ts'
import { HasuraError } from '../errors.ts'
import type { ActionMetadata } from '../metadata/actions.ts'
import type { ActionOutput } from '../plan/types.ts'
import { claimActions, completeAction, failAction, type ClaimedAction } from './action-log.ts'
import { callHandler, type ActionDependencies } from './call-handler.ts'

export type AsyncAction = { action: ActionMetadata; output: ActionOutput }

/** Longer than any handler may take, so that only a dead engine's entries are taken over. */
const leaseMarginSeconds = 30
const defaultTimeoutSeconds = 30

/** Works off asynchronous actions, as long as the metadata has any. */
export class AsyncActionWorker {
  readonly #sql: Sql
  readonly #dependencies: ActionDependencies
  readonly #intervalMilliseconds: number
  readonly #logger: Logger
  #actions = new Map<string, AsyncAction>()
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #stopped = false

  constructor(
    sql: Sql,
    dependencies: ActionDependencies,
    intervalMilliseconds: number,
    logger: Logger,
  ) {
    this.#sql = sql
    this.#dependencies = dependencies
    this.#intervalMilliseconds = intervalMilliseconds
    this.#logger = logger
  }

  apply(actions: readonly AsyncAction[]): void {
    this.#actions = new Map(actions.map((entry) => [entry.action.name, entry]))
    if (this.#stopped || actions.length === 0) return
    this.#timer ??= setInterval(() => this.wake(), this.#intervalMilliseconds).unref()
  }

  /** Looks for work now; a mutation that has just written some need not wait for the interval. */
  wake(): void {
    if (this.#stopped || this.#actions.size === 0) return
    this.#working ??= this.#work()
      .catch((error: unknown) => this.#logger.error({ err: error }, 'asynchronous actions'))
      .finally(() => {
        this.#working = undefined
      })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#working
  }

  async #work(): Promise<void> {
    await ensureEngineSchema(this.#sql)
    const timeouts = [...this.#actions.values()].map(
      ({ action }) => action.definition.timeout ?? defaultTimeoutSeconds,
    )
    const claimed = await claimActions(this.#sql, Math.max(...timeouts) + leaseMarginSeconds)
    await Promise.all(claimed.map((entry) => this.#process(entry)))
  }

  async #process(entry: ClaimedAction): Promise<void> {
    const known = this.#actions.get(entry.actionName)
    if (known === undefined) return
    try {
      const { value } = await callHandler(
        {
          action: known.action,
          input: entry.input,
          output: known.output,
          sessionVariables: entry.sessionVariables,
          clientHeaders: entry.requestHeaders,
          requestQuery: entry.requestQuery,
        },
        this.#dependencies,
      )
      await completeAction(this.#sql, entry.id, value)
    } catch (error) {
      if (!(error instanceof HasuraError)) throw error
      const { extensions } = error
      await failAction(this.#sql, entry.id, {
        ...error.toMetadata(),
        ...(extensions === undefined ? {} : { code: extensions['code'] ?? error.code, extensions }),
      })
    }
  }
}
