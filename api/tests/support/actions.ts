import { ACTION_SECRET, type TestApi } from './api.ts'
import type { TestOrganization } from './organizations.ts'

export interface ActionAnswer {
  status: number
  body: Record<string, unknown> & {
    message?: string
    extensions?: Record<string, unknown> & { code: string }
  }
}

export type Session = Record<string, string>

export const asService = ({ id }: Pick<TestOrganization, 'id'>): Session => ({
  'x-hasura-role': 'service',
  'x-hasura-org-id': id,
})

export const asOwner = ({ id, ownerId }: TestOrganization): Session => ({
  'x-hasura-role': 'owner',
  'x-hasura-org-id': id,
  'x-hasura-user-id': ownerId,
})

/** Posts what Hasura posts. */
export async function callAction(
  api: TestApi,
  name: string,
  input: Record<string, unknown>,
  session: Session,
): Promise<ActionAnswer> {
  return postAction(
    api,
    name,
    JSON.stringify({
      action: { name },
      input,
      session_variables: session,
      request_query: 'mutation { ... }',
    }),
  )
}

export async function postAction(
  api: TestApi,
  name: string,
  body: string,
  headers: Record<string, string> = { 'x-action-secret': ACTION_SECRET },
): Promise<ActionAnswer> {
  const response = await fetch(`${api.url}/actions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, body: (await response.json()) as ActionAnswer['body'] }
}

export const codeOf = ({ body }: ActionAnswer) => body.extensions?.code
