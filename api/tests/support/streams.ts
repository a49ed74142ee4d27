import type { TestApi } from './api.ts'
import { bearer, signUp, tokenOf, type Person } from './people.ts'
import type { Session } from './actions.ts'

export interface StreamEvent {
  event: string
  data: Record<string, unknown>
}

export interface Member extends Person {
  organizationId: string
  /** For Hasura, and for the streams. */
  token: string
}

/** Somebody with an organization on a plan, signed in as its owner. */
export async function ownerOn(
  api: Pick<TestApi, 'url' | 'sql'>,
  plan: 'free' | 'pro' | 'team',
): Promise<Member> {
  const person = await signUp(api)
  const response = await fetch(`${api.url}/auth/get-session`, { headers: bearer(person) })
  const { session } = (await response.json()) as { session: { activeOrganizationId: string } }
  const organizationId = session.activeOrganizationId
  await api.sql`select private.set_organization_plan(${organizationId}, ${plan}, '{}')`
  return { ...person, organizationId, token: await tokenOf(api, person) }
}

/** The same person as Hasura tells the api about. */
export const sessionOf = ({ organizationId, userId }: Member): Session => ({
  'x-hasura-role': 'owner',
  'x-hasura-org-id': organizationId,
  'x-hasura-user-id': userId,
})

export function openStream(
  api: Pick<TestApi, 'url'>,
  operation: string,
  input: object,
  token: string | null,
  options: { signal?: AbortSignal; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(`${api.url}/operations/${operation}/stream`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ input }),
    ...(options.signal && { signal: options.signal }),
  })
}

/** Parses server-sent events as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent> {
  if (!response.body) throw new Error('no body')
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parseEvent(text.slice(0, end))
      text = text.slice(end + 2)
      if (event) yield event
    }
  }
}

export async function allEvents(response: Response): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of eventsOf(response)) events.push(event)
  return events
}

function parseEvent(block: string): StreamEvent | null {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const data = field('data')
  return data === undefined ? null : { event: field('event') ?? 'message', data: JSON.parse(data) }
}
