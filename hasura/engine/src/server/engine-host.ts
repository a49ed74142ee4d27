import type { Logger } from 'pino'
import type { Sql } from 'postgres'
import { introspect } from '../catalog/introspect.ts'
import type { Engine, EngineSettings } from '../engine.ts'
import { HasuraError } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import { exportMetadata, parseMetadata } from '../metadata/parse.ts'
import { emptyMetadata, type Metadata } from '../metadata/types.ts'

type BuildEngine = (input: {
  metadata: Metadata
  catalog: Awaited<ReturnType<typeof introspect>>
  settings: EngineSettings
}) => Engine

/** `metadataChanged` is false where only the database's schema has been read again. */
type EngineListener = (engine: Engine, metadataChanged: boolean) => void

type HostOptions = {
  sql: Sql
  settings: EngineSettings
  buildEngine: BuildEngine
  logger: Logger
}

/**
 * Holds the engine in force. An engine is immutable; a change of metadata or of the database's
 * schema builds a new one beside it and then takes its place, one change after the other, so that
 * every request runs on one consistent engine.
 */
export class EngineHost {
  readonly sql: Sql
  readonly #options: HostOptions
  readonly #listeners = new Set<EngineListener>()
  #engine: Engine | undefined
  #changes: Promise<unknown> = Promise.resolve()
  resourceVersion = 0

  constructor(options: HostOptions) {
    this.#options = options
    this.sql = options.sql
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error('the engine has not been started')
    return this.#engine
  }

  get metadata(): Metadata {
    return this.engine.metadata
  }

  /** Called with each new engine, and with the present one at once. */
  onChange(listener: EngineListener): void {
    this.#listeners.add(listener)
    if (this.#engine !== undefined) listener(this.#engine, false)
  }

  /** The first engine. Inconsistent objects are logged and left out, as Hasura starts with them. */
  async start(metadata: Metadata): Promise<void> {
    await this.#change(async () => this.#install(await this.#build(metadata)))
    for (const { name, reason } of this.engine.inconsistentObjects) {
      this.#options.logger.error({ object: name, reason }, 'inconsistent metadata')
    }
  }

  async replaceMetadata(replacement: {
    document: unknown
    allowInconsistent: boolean
  }): Promise<Json> {
    const metadata = parseMetadata(replacement.document)
    await this.#change(async () => {
      const engine = await this.#build(metadata)
      if (engine.inconsistentObjects.length > 0 && !replacement.allowInconsistent) {
        throw new HasuraError('unexpected', 'cannot continue due to inconsistent metadata', {
          path: '$.args',
          internal: listed(engine),
        })
      }
      this.#install(engine)
    })
    return { message: 'success' }
  }

  async clearMetadata(): Promise<Json> {
    await this.#change(async () => this.#install(await this.#build(emptyMetadata)))
    return { message: 'success' }
  }

  async reload(): Promise<Json> {
    await this.#change(async () => this.#install(await this.#build(this.metadata)))
    return { message: 'success', is_consistent: this.engine.inconsistentObjects.length === 0 }
  }

  exportMetadata(): Json {
    return exportMetadata(this.metadata)
  }

  inconsistency(): Json {
    const objects = listed(this.engine)
    return { is_consistent: objects.length === 0, inconsistent_objects: objects }
  }

  #change<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#changes.then(work)
    this.#changes = result.catch(() => undefined)
    return result
  }

  async #build(metadata: Metadata): Promise<Engine> {
    const { sql, settings, buildEngine } = this.#options
    const catalog = await introspect(sql, metadata)
    return buildEngine({ metadata, catalog, settings })
  }

  #install(engine: Engine): void {
    const metadataChanged = this.#engine !== undefined && this.#engine.metadata !== engine.metadata
    this.#engine = engine
    this.resourceVersion += 1
    for (const listener of this.#listeners) listener(engine, metadataChanged)
  }
}

function listed(engine: Engine): Json[] {
  return engine.inconsistentObjects.map((object) => ({ ...object }))
}
