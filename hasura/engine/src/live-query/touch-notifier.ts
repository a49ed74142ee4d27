import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { engineSchema, ensureEngineSchema } from '../engine-schema.ts'
import {
  attachTrigger,
  baseTablesOf,
  detachTriggers,
  holdPresence,
  isSameDatabase,
} from './triggers.ts'

const channel = `${engineSchema}_touched`
const defaultRetryMilliseconds = 10_000

type Watcher = () => void

export type TouchNotifierOptions = {
  /** A client of one connection that nothing else uses: it holds a session lock. */
  sql: Sql
  /** What live queries read; the triggers have to be there, so it must be the same database. */
  data: Sql
  logger: Logger
  isEnabled?: boolean
  /** How long to wait before a trigger is tried again. */
  retryMilliseconds?: number
}

/**
 * Tells when a table has been written to, by NOTIFY from statement-level triggers. Triggers are
 * attached only to tables that a live query reads, when the first one does. Where the database
 * role may not attach them nothing breaks: live queries then see changes at the refetch interval.
 */
export class TouchNotifier {
  readonly #sql: Sql
  readonly #data: Sql
  readonly #logger: Logger
  readonly #isEnabled: boolean
  readonly #watchers = new Map<number, Set<Watcher>>()
  /** Tables of views and partitions, by the relation that a query names. */
  readonly #baseTables = new Map<number, Promise<number[]>>()
  readonly #attached = new Set<number>()
  readonly #retries = new Map<number, NodeJS.Timeout>()
  readonly #retryMilliseconds: number
  #listening: Promise<void> | undefined
  #unlisten: (() => Promise<void>) | undefined
  #stopped = false

  constructor({ sql, data, logger, ...options }: TouchNotifierOptions) {
    this.#sql = sql
    this.#data = data
    this.#logger = logger
    this.#isEnabled = options.isEnabled ?? true
    this.#retryMilliseconds = options.retryMilliseconds ?? defaultRetryMilliseconds
  }

  /** Calls `watcher` after every commit that wrote to one of the relations. */
  watch(relations: readonly number[], watcher: Watcher): () => void {
    if (!this.#isEnabled) return () => undefined
    let active = true
    const tables: number[] = []
    const start = async () => {
      await this.#listen()
      for (const relation of relations) {
        for (const table of await this.#tablesOf(relation)) {
          if (!active) return
          tables.push(table)
          this.#add(table, watcher)
          await this.#attach(table)
        }
      }
      // A write between the first result and the trigger has told nobody.
      if (active) watcher()
    }
    start().catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'live queries: no notifications, polling only')
    })
    return () => {
      active = false
      for (const table of tables) this.#remove(table, watcher)
    }
  }

  /** Forgets what it knows of tables: their oids may mean others after a change of the schema. */
  schemaChanged(): void {
    this.#baseTables.clear()
    this.#attached.clear()
    this.#forgetRetries()
    for (const table of this.#watchers.keys()) void this.#attach(table)
  }

  /** Stops listening, and takes the triggers away if no other engine uses them. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#forgetRetries()
    if (this.#listening === undefined) return
    await this.#listening.catch(() => undefined)
    await this.#unlisten?.()
    await detachTriggers(this.#sql).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'live queries: triggers could not be removed')
    })
  }

  #listen(): Promise<void> {
    if (this.#stopped) return Promise.reject(new Error('the engine is stopping'))
    this.#listening ??= this.#startListening().catch((error: unknown) => {
      this.#listening = undefined
      throw error
    })
    return this.#listening
  }

  async #startListening(): Promise<void> {
    if (!(await isSameDatabase(this.#sql, this.#data))) {
      throw new Error('the metadata database is not the one of the data')
    }
    await ensureEngineSchema(this.#sql)
    const { unlisten } = await this.#sql.listen(
      channel,
      (payload) => this.#touched(Number(payload)),
      () => this.#connected(),
    )
    this.#unlisten = unlisten
  }

  /** postgres.js connects again by itself; what happened in between is unknown, so all are told. */
  #connected(): void {
    holdPresence(this.#sql).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'live queries: presence is not marked')
    })
    this.#allTouched()
  }

  #touched(table: number): void {
    for (const watcher of this.#watchers.get(table) ?? []) watcher()
  }

  #allTouched(): void {
    for (const table of this.#watchers.keys()) this.#touched(table)
  }

  #tablesOf(relation: number): Promise<number[]> {
    const known = this.#baseTables.get(relation)
    if (known !== undefined) return known
    const found = baseTablesOf(this.#sql, relation)
    this.#baseTables.set(relation, found)
    found.catch(() => this.#baseTables.delete(relation))
    return found
  }

  #add(table: number, watcher: Watcher): void {
    const watchers = this.#watchers.get(table)
    if (watchers === undefined) this.#watchers.set(table, new Set([watcher]))
    else watchers.add(watcher)
  }

  #remove(table: number, watcher: Watcher): void {
    const watchers = this.#watchers.get(table)
    watchers?.delete(watcher)
    if (watchers?.size === 0) this.#watchers.delete(table)
  }

  /** A table that is locked, or not ours, is tried again as long as somebody watches it. */
  async #attach(table: number): Promise<void> {
    if (this.#attached.has(table) || this.#retries.has(table)) return
    try {
      await attachTrigger(this.#sql, table)
      this.#attached.add(table)
    } catch (error) {
      if (this.#stopped) return
      this.#logger.warn({ err: error, table }, 'live queries: no trigger yet, polling this table')
      const retry = () => {
        this.#retries.delete(table)
        if (this.#watchers.has(table)) void this.#attach(table)
      }
      this.#retries.set(table, setTimeout(retry, this.#retryMilliseconds).unref())
    }
  }

  #forgetRetries(): void {
    for (const timer of this.#retries.values()) clearTimeout(timer)
    this.#retries.clear()
  }
}
