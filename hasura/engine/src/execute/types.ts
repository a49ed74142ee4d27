import type { Json } from '../metadata/common.ts'

/** Who asks. The variables' names are in lower case and include `x-hasura-role`. */
export interface Session {
  readonly role: string
  readonly variables: Readonly<Record<string, string>>
  /** Authenticated by the admin secret (whatever the role); sees internals of errors. */
  readonly isAdmin: boolean
}

export interface GraphqlRequest {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Readonly<Record<string, Json>> | null | undefined
}

export type SqlValue = string | null
