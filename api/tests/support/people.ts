import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { TestApi } from './api.ts'

export const PASSWORD = 'correct horse battery'

export interface Person {
  email: string
  userId: string
  /** Session token of better-auth, sent as a bearer token. */
  sessionToken: string
}

export interface Claims {
  'x-hasura-default-role': string
  'x-hasura-allowed-roles': string[]
  'x-hasura-user-id'?: string
  'x-hasura-org-id'?: string
}

/** A POST as a program sends it: JSON, no cookie, no Origin. */
export function post(
  api: Pick<TestApi, 'url'>,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${api.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export function bearer({ sessionToken }: Person): Record<string, string> {
  return { authorization: `Bearer ${sessionToken}` }
}

export async function signUp(api: Pick<TestApi, 'url'>, name = 'Olive Owner'): Promise<Person> {
  const email = `${randomUUID()}@example.test`
  const response = await post(api, '/auth/sign-up/email', { name, email, password: PASSWORD })
  if (!response.ok) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`)
  const body = (await response.json()) as { token: string; user: { id: string } }
  return { email, userId: body.user.id, sessionToken: body.token }
}

export async function signIn(api: TestApi, email: string, password = PASSWORD): Promise<Person> {
  const response = await post(api, '/auth/sign-in/email', { email, password })
  if (!response.ok) throw new Error(`sign-in answered ${response.status}`)
  const body = (await response.json()) as { token: string; user: { id: string } }
  return { email, userId: body.user.id, sessionToken: body.token }
}

export async function tokenOf(api: Pick<TestApi, 'url'>, person: Person): Promise<string> {
  const response = await fetch(`${api.url}/auth/token`, { headers: bearer(person) })
  if (!response.ok) throw new Error(`token answered ${response.status}`)
  return ((await response.json()) as { token: string }).token
}

export async function claimsOf(api: TestApi, person: Person): Promise<Claims> {
  return decodeJwt(await tokenOf(api, person))['https://hasura.io/jwt/claims'] as Claims
}

/** Invites somebody new, who signs up and accepts. */
export async function joinAs(
  api: TestApi,
  inviter: Person,
  organizationId: string,
  role: 'admin' | 'member',
): Promise<Person> {
  const newcomer = await signUp(api, `New ${role}`)
  const invited = await post(
    api,
    '/auth/organization/invite-member',
    { email: newcomer.email, role, organizationId },
    bearer(inviter),
  )
  const { id } = (await invited.json()) as { id: string }
  const accepted = await post(
    api,
    '/auth/organization/accept-invitation',
    { invitationId: id },
    bearer(newcomer),
  )
  if (!accepted.ok) throw new Error(`accept answered ${accepted.status}: ${await accepted.text()}`)
  return newcomer
}
