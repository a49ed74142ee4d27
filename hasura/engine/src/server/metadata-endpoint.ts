import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { HasuraError } from '../errors.ts'
import type { Json } from '../metadata/common.ts'
import { parseJsonBody, readBody } from './body.ts'
import type { ServerDependencies } from './http-server.ts'
import { requestHeaders } from './request-headers.ts'
import { sendJsonText } from './responses.ts'
import { runSql } from './run-sql.ts'

const command = z.object({
  type: z.string(),
  version: z.number().optional(),
  resource_version: z.number().optional(),
  args: z.unknown(),
})

/** POST /v1/metadata: whole documents only; the single commands of Hasura's API are refused. */
export async function handleMetadata(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: ServerDependencies,
): Promise<void> {
  const { type, version, args } = await readCommand(request, dependencies)
  const { host } = dependencies
  switch (type) {
    case 'replace_metadata':
      return sendJson(response, await host.replaceMetadata(replacement(args)))
    case 'export_metadata': {
      const metadata = host.exportMetadata()
      const { resourceVersion } = host
      const versioned = { resource_version: resourceVersion, metadata }
      return sendJson(response, version === 2 ? versioned : metadata)
    }
    case 'reload_metadata':
      return sendJson(response, await host.reload())
    case 'get_inconsistent_metadata':
      return sendJson(response, host.inconsistency())
    case 'clear_metadata':
      return sendJson(response, await host.clearMetadata())
    default:
      throw notSupported(type)
  }
}

/** POST /v2/query: run_sql. */
export async function handleQuery(
  request: IncomingMessage,
  response: ServerResponse,
  dependencies: ServerDependencies,
): Promise<void> {
  const { type, args } = await readCommand(request, dependencies)
  if (type !== 'run_sql' && type !== 'pg_run_sql') throw notSupported(type)
  const { body, changedSchema } = await runSql(dependencies.host.sql, args)
  if (changedSchema) await dependencies.host.reload()
  sendJson(response, body)
}

/** Both forms of the arguments: the document itself, or `{metadata, allow_inconsistent_metadata}`. */
function replacement(args: unknown): { document: unknown; allowInconsistent: boolean } {
  if (typeof args === 'object' && args !== null && 'metadata' in args) {
    const allowInconsistent =
      'allow_inconsistent_metadata' in args && args.allow_inconsistent_metadata === true
    return { document: args.metadata, allowInconsistent }
  }
  return { document: args, allowInconsistent: false }
}

async function readCommand(
  request: IncomingMessage,
  { settings, authenticate }: ServerDependencies,
): Promise<z.infer<typeof command>> {
  const text = await readBody(request, settings.limits.maxBodyBytes)
  const { session } = await authenticate(requestHeaders(request))
  if (session.role !== 'admin') {
    throw new HasuraError('access-denied', 'restricted access : admin only', { path: '$' })
  }
  const parsed = command.safeParse(parseJsonBody(text))
  if (!parsed.success) throw new HasuraError('parse-failed', z.prettifyError(parsed.error))
  return parsed.data
}

function notSupported(type: string): HasuraError {
  return new HasuraError('not-supported', `the command "${type}" is not supported by this engine`, {
    path: '$.type',
  })
}

function sendJson(response: ServerResponse, body: Json): void {
  sendJsonText(response, 200, JSON.stringify(body))
}
