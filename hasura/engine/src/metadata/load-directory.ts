import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { parse, type ScalarTag } from 'yaml'
import { mergeActionsSdl } from './actions-sdl.ts'
import type { Json } from './common.ts'
import { flatIssues, issueText } from './parse.ts'
import { metadataDocument, type Metadata } from './types.ts'

/** A metadata directory that cannot be served; the message names the file and the key. */
export class MetadataDirectoryError extends Error {}

const INCLUDE = '!include '

/** The files of a metadata directory and the key of the document that each of them fills. */
const FILES = {
  'databases/databases.yaml': 'sources',
  'allow_list.yaml': 'allowlist',
  'api_limits.yaml': 'api_limits',
  'backend_configs.yaml': 'backend_configs',
  'cron_triggers.yaml': 'cron_triggers',
  'graphql_schema_introspection.yaml': 'graphql_schema_introspection',
  'inherited_roles.yaml': 'inherited_roles',
  'metrics_config.yaml': 'metrics_config',
  'network.yaml': 'network',
  'opentelemetry.yaml': 'opentelemetry',
  'query_collections.yaml': 'query_collections',
  'remote_schemas.yaml': 'remote_schemas',
  'rest_endpoints.yaml': 'rest_endpoints',
} as const

/** Reads a directory as the Hasura CLI writes it into the document that `replace_metadata` takes. */
export async function loadMetadataDirectory(directory: string): Promise<Metadata> {
  const loader = new DirectoryLoader(directory)
  const version = await loader.optional('version.yaml')
  if (!isRecord(version) || version.version !== 3)
    throw new MetadataDirectoryError(`${join(directory, 'version.yaml')}: version 3 is expected`)
  const document: Record<string, Json> = { version: 3, sources: [] }
  for (const [file, key] of Object.entries(FILES)) {
    const content = await loader.optional(file)
    if (content === null || (isRecord(content) && Object.keys(content).length === 0)) continue
    document[key] = content
  }
  const actions = await loader.optional('actions.yaml')
  const sdl = await loader.text('actions.graphql')
  if (isRecord(actions)) Object.assign(document, mergeActionsSdl(actions, sdl ?? ''))
  const parsed = metadataDocument.safeParse(document)
  if (parsed.success) return parsed.data
  const issues = flatIssues(parsed.error.issues).map(
    (issue) => `${loader.fileOf(issue.path)}: ${issueText(issue)}`,
  )
  throw new MetadataDirectoryError(issues.join('\n'))
}

const isRecord = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

class DirectoryLoader {
  readonly #directory: string
  /** Where each included value has come from, to name the file of an error. */
  readonly #origins = new Map<string, string>()

  constructor(directory: string) {
    this.#directory = directory
  }

  async text(file: string): Promise<string | null> {
    try {
      return await readFile(join(this.#directory, file), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  async optional(file: string): Promise<Json> {
    const text = await this.text(file)
    if (text === null) return null
    const key = FILES[file as keyof typeof FILES] ?? ''
    this.#origins.set(key, file)
    return this.#resolve(this.#yaml(file, text), file, key, [file])
  }

  #yaml(file: string, text: string): Json {
    const include: ScalarTag = {
      tag: '!include',
      resolve: (value: string) => `${INCLUDE}${value}`,
    }
    try {
      return parse(text, { customTags: [include] }) as Json
    } catch (error) {
      throw new MetadataDirectoryError(
        `${join(this.#directory, file)}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }

  /** Replaces `!include file` (a tag or, as the CLI writes it, a string) by the file's content. */
  async #resolve(value: Json, file: string, path: string, open: readonly string[]): Promise<Json> {
    if (typeof value === 'string' && value.startsWith(INCLUDE)) {
      const included = join(dirname(file), value.slice(INCLUDE.length).trim())
      if (open.includes(included))
        throw new MetadataDirectoryError(`${file}: ${included} includes itself`)
      if (relative('.', included).startsWith('..'))
        throw new MetadataDirectoryError(`${file}: ${included} is outside the metadata directory`)
      const text = await this.text(included)
      if (text === null)
        throw new MetadataDirectoryError(`${join(this.#directory, file)}: ${included} is missing`)
      this.#origins.set(path, included)
      return this.#resolve(this.#yaml(included, text), included, path, [...open, included])
    }
    if (Array.isArray(value))
      return Promise.all(
        value.map((item, index) => this.#resolve(item, file, `${path}.${index}`, open)),
      )
    if (!isRecord(value)) return value
    const entries = await Promise.all(
      Object.entries(value).map(
        async ([key, item]) =>
          [key, await this.#resolve(item, file, `${path}.${key}`, open)] as const,
      ),
    )
    return Object.fromEntries(entries)
  }

  /** The file that holds the value at a path of the document. */
  fileOf(path: readonly PropertyKey[]): string {
    for (let length = path.length; length > 0; length -= 1) {
      const origin = this.#origins.get(path.slice(0, length).join('.'))
      if (origin !== undefined) return join(this.#directory, origin)
    }
    const [first] = path
    const file = first === 'actions' || first === 'custom_types' ? 'actions.yaml' : ''
    return join(this.#directory, file)
  }
}
