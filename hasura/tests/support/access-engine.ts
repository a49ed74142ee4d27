import { startEngineProcess } from '../../engine/tests/server/engine-process.ts'
import { TestSocket } from '../../engine/tests/server/websocket-client.ts'
import { startWebhook } from '../../engine/tests/server/webhook-double.ts'
import type { ReceivedCall } from '../../engine/tests/server/webhook-double.ts'
import { HASURA_PROJECT_DIRECTORY } from '../../local/src/migrate/project.ts'
import type { Desk } from './desk.ts'

/** The code with which the double of the api answers, as a sign that a call has arrived there. */
export const CALLED = 'called'
export const ACTION_SECRET = 'action-secret-of-the-test'

export interface Session {
  role: string
  organization?: string | undefined
  user?: string | undefined
}

export interface Answer {
  data?: Record<string, unknown>
  errors?: { message: string; extensions: { code: string; path?: string } }[]
}

export interface AccessEngine {
  /** Requests that have come to the double of the api. */
  calls: ReceivedCall[]
  graphql(session: Session, query: string, variables?: object): Promise<Answer>
  asAdmin(query: string, variables?: object): Promise<Answer>
  /** The first answer of a subscription. */
  first(session: Session, query: string): Promise<Answer>
  stop(): Promise<void>
}

/** The engine as a process of its own, with the metadata of the product, on the desk's database. */
export async function startAccessEngine(desk: Desk): Promise<AccessEngine> {
  const api = await startWebhook(() => ({
    status: 400,
    json: { message: 'called', extensions: { code: CALLED } },
  }))
  const engine = await startEngineProcess(
    desk.database.hasuraUrl,
    {
      HASURA_GRAPHQL_METADATA_DATABASE_URL: desk.database.url,
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
      HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: 'false',
      HASURA_GRAPHQL_LOG_LEVEL: 'warn',
      PG_DATABASE_URL: desk.database.hasuraUrl,
      ACTION_BASE_URL: api.url,
      ACTION_SECRET,
      CRON_SECRET: 'cron-secret-of-the-test',
    },
    ['--metadata', `${HASURA_PROJECT_DIRECTORY}/metadata`],
  )
  const adminHeaders = { 'x-hasura-admin-secret': engine.adminSecret }
  const headersOf = ({ role, organization, user }: Session): Record<string, string> => ({
    ...adminHeaders,
    'x-hasura-role': role,
    ...(organization !== undefined && { 'x-hasura-org-id': organization }),
    ...(user !== undefined && { 'x-hasura-user-id': user }),
  })
  const post = async (headers: Record<string, string>, query: string, variables?: object) => {
    const response = await fetch(`${engine.url}/v1/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    })
    return (await response.json()) as Answer
  }
  return {
    calls: api.calls,
    graphql: (session, query, variables) => post(headersOf(session), query, variables),
    asAdmin: (query, variables) => post(adminHeaders, query, variables),
    async first(session, query) {
      const socket = await TestSocket.connect(engine.url, headersOf(session))
      try {
        socket.subscribe('1', query)
        const [message] = await socket.received('1', 1, 20_000)
        return message.type === 'error' ? { errors: message.payload } : message.payload
      } finally {
        socket.close()
      }
    },
    async stop() {
      await engine.stop()
      await api.stop()
    },
  }
}

/** The code of the first error; undefined when there is none. */
export const codeOf = (answer: Answer): string | undefined => answer.errors?.[0]?.extensions.code
