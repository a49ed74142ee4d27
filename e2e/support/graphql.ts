import type { Page } from '@playwright/test'
import { stack } from './stack.ts'

interface GraphqlError {
  message: string
  extensions: Record<string, unknown> & { code: string }
}

interface Answer {
  // What was asked for is known to the test that asked.
  data?: Record<string, Record<string, unknown>>
  errors?: GraphqlError[]
}

type Headers = Record<string, string>

/** The role of a product's backend, as whoever holds the admin secret may take it. */
export function asService(organizationId: string): Headers {
  return {
    'x-hasura-admin-secret': stack().admin_secret,
    'x-hasura-role': 'service',
    'x-hasura-org-id': organizationId,
  }
}

export const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })

export async function graphql(headers: Headers, query: string, variables = {}): Promise<Answer> {
  return (await postText(headers, JSON.stringify({ query, variables }))) as Answer
}

/** Sends the body as it is, which may be none that a well-behaved client sends. */
export async function postText(headers: Headers, body: string): Promise<unknown> {
  const response = await fetch(stack().graphql_url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return response.json()
}

/** A Hasura token of somebody with a password, as a program gets it: no Origin, no cookie jar. */
export async function signInForToken(email: string, password: string): Promise<string> {
  const signedIn = await fetch(`${stack().api_url}/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const cookie = signedIn.headers.getSetCookie().map((line) => line.split(';')[0])
  const answer = await fetch(`${stack().api_url}/auth/token`, {
    headers: { cookie: cookie.join('; ') },
  })
  if (!answer.ok) throw new Error(`/auth/token answered ${answer.status}`)
  return ((await answer.json()) as { token: string }).token
}

/** The first answers of subscriptions over one socket, in their order; a browser speaks for Node 20. */
export async function firstAnswers(
  page: Page,
  headers: Headers,
  subscriptions: string[],
): Promise<Answer[]> {
  const url = stack().graphql_ws_url
  return page.evaluate(
    async ({ url, headers, subscriptions }) => {
      const answers: unknown[] = subscriptions.map(() => undefined)
      const socket = new WebSocket(url, 'graphql-transport-ws')
      const send = (message: object) => socket.send(JSON.stringify(message))
      await new Promise<void>((resolve, reject) => {
        socket.onopen = () => send({ type: 'connection_init', payload: { headers } })
        socket.onclose = ({ code }) => reject(new Error(`closed with ${code}`))
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { id: string; type: string; payload: unknown }
          if (message.type === 'connection_ack') {
            subscriptions.forEach((query, id) => {
              send({ id: `${id}`, type: 'subscribe', payload: { query } })
            })
          }
          if (message.type === 'ping') send({ type: 'pong' })
          if (message.type === 'next') answers[Number(message.id)] ??= message.payload
          if (message.type === 'error') answers[Number(message.id)] = { errors: message.payload }
          if (answers.every((answer) => answer !== undefined)) resolve()
        }
      })
      socket.close()
      return answers as Answer[]
    },
    { url, headers, subscriptions },
  )
}
