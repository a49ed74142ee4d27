import type { Json } from './metadata/common.ts'

/** Hasura's error codes, as far as the engine raises them. */
export type ErrorCode =
  | 'access-denied'
  | 'action-webhook-failed'
  | 'already-exists'
  | 'bad-request'
  | 'concurrent-update'
  | 'constraint-error'
  | 'constraint-violation'
  | 'cyclic-dependency'
  | 'data-exception'
  | 'invalid-configuration'
  | 'invalid-headers'
  | 'invalid-json'
  | 'invalid-jwt'
  | 'jwt-missing-role-claims'
  | 'jwt-invalid-claims'
  | 'method-not-allowed'
  | 'not-exists'
  | 'not-found'
  | 'not-supported'
  | 'parse-failed'
  | 'permission-denied'
  | 'permission-error'
  | 'postgres-error'
  | 'unexpected'
  | 'unexpected-payload'
  | 'validation-failed'

export interface HasuraErrorOptions {
  /** JSON path in Hasura's form; `$` is the request as a whole. */
  path?: string
  /** HTTP status where the endpoint reports errors by status (metadata and v2 query). */
  status?: number
  /** `extensions.internal`, for admins. */
  internal?: Json
  /** An action's own code or extensions replace the code. */
  extensions?: Record<string, Json>
  cause?: unknown
}

/** An error that is told to the caller in Hasura's shape. All others are bugs. */
export class HasuraError extends Error {
  readonly code: ErrorCode
  readonly path: string
  readonly status: number
  readonly internal: Json | undefined
  readonly extensions: Record<string, Json> | undefined

  constructor(code: ErrorCode, message: string, options: HasuraErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'HasuraError'
    this.code = code
    this.path = options.path ?? '$'
    this.status = options.status ?? 400
    this.internal = options.internal
    this.extensions = options.extensions
  }

  /** One element of `errors` in a GraphQL response. */
  toGraphql(): Record<string, Json> {
    const internal = this.internal === undefined ? {} : { internal: this.internal }
    const extensions = this.extensions ?? { path: this.path, code: this.code, ...internal }
    return { message: this.message, extensions }
  }

  /** The body of a metadata or v2 query response. */
  toMetadata(): Record<string, Json> {
    const internal = this.internal === undefined ? {} : { internal: this.internal }
    return { path: this.path, error: this.message, code: this.code, ...internal }
  }
}

export const validationFailed = (message: string, path: string): HasuraError =>
  new HasuraError('validation-failed', message, { path })
