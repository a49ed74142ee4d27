import { failure, UNREACHABLE, type Failure } from '@/shared/failure.ts'

export interface SessionUser {
  id: string
  name: string
  email: string
}

export interface Organization {
  id: string
  name: string
  slug: string
}

export interface SessionAnswer {
  user: SessionUser
  activeOrganizationId: string | null
}

/** An answer of the identity routes that is not a success; `failure` says why. */
export class AuthError extends Error {
  readonly failure: Failure
  readonly status: number
  constructor(problem: Failure, status: number) {
    super(problem.code)
    this.failure = problem
    this.status = status
  }
}

/** The few identity routes the app uses, on its own origin; the session itself is an HttpOnly cookie. */
export function createAuthClient(request: typeof fetch = (...args) => fetch(...args)) {
  async function call<Answer>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<Answer> {
    let response: Response
    try {
      response = await request(`/auth/${path}`, {
        method,
        credentials: 'same-origin',
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
    } catch {
      throw new AuthError(UNREACHABLE, 0)
    }
    if (!response.ok) throw new AuthError(await failureFromResponse(response), response.status)
    return (await response.json()) as Answer
  }

  return {
    signIn: (input: { email: string; password: string }) => call('POST', 'sign-in/email', input),
    signUp: (input: { name: string; email: string; password: string }) =>
      call('POST', 'sign-up/email', input),
    signOut: () => call('POST', 'sign-out', {}),
    async session(): Promise<SessionAnswer | null> {
      const answer = await call<{
        user: SessionUser
        session: { activeOrganizationId?: string | null }
      } | null>('GET', 'get-session')
      if (!answer) return null
      return {
        user: answer.user,
        activeOrganizationId: answer.session.activeOrganizationId ?? null,
      }
    },
    organizations: () => call<Organization[]>('GET', 'organization/list'),
    setActiveOrganization: (organizationId: string) =>
      call('POST', 'organization/set-active', { organizationId }),
    createOrganization: (input: { name: string; slug: string }) =>
      call<Organization>('POST', 'organization/create', input),
    token: async () => (await call<{ token: string }>('GET', 'token')).token,
  }
}

/** better-auth answers `{code, message}`; the api's own refusals are `{message, extensions: {code, …}}`. */
async function failureFromResponse(response: Response): Promise<Failure> {
  if (response.status >= 502 && response.status <= 504) return UNREACHABLE
  const body = (await response.json().catch(() => ({}))) as ErrorBody
  const { code: extensionCode, ...details } = body.extensions ?? {}
  if (response.status === 429) {
    const { headers } = response
    const seconds = Number(headers.get('retry-after') ?? headers.get('x-retry-after'))
    return failure('rate_limited', seconds > 0 ? { retry_after_seconds: seconds } : details)
  }
  const code = extensionCode ?? body.code ?? `http_${response.status}`
  return failure(code.toLowerCase(), details, body.message)
}

interface ErrorBody {
  code?: string
  message?: string
  extensions?: { code?: string } & Record<string, unknown>
}
