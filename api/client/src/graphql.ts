import { errorFromAnswer, PurserError } from './errors.ts'
import type { TokenSource } from './tokens.ts'
import type { Answer, Transport } from './transport.ts'

interface GraphqlBody {
  data?: Record<string, unknown> | null
  errors?: { message: string; extensions?: Record<string, unknown> }[]
}

/** Codes of Hasura for a token that has ended or is not accepted. */
const REFUSED_TOKEN = new Set(['invalid-jwt', 'invalid-headers', 'access-denied'])
/** Hasura's answer while it cannot reach the action server. */
const NO_HANDLER = 'unexpected'

export type AskGraphql = (
  document: string,
  variables: Record<string, unknown>,
) => Promise<{ value: Record<string, unknown>; retried: boolean }>

/** One GraphQL operation with one root field, answered by the value of that field. */
export function createGraphql(url: string, tokens: TokenSource, transport: Transport): AskGraphql {
  async function ask(document: string, variables: Record<string, unknown>) {
    const headers = { authorization: `Bearer ${await tokens.token()}` }
    const answer = await transport.post(url, headers, { query: document, variables }, busyWith)
    const body = answer.body as GraphqlBody | null
    if (body && (body.data || body.errors)) return { body, retried: answer.retried }
    throw new PurserError(
      'unexpected',
      { original_code: null },
      `status ${answer.status} from ${url}`,
    )
  }

  return async (document, variables) => {
    let { body, retried } = await ask(document, variables)
    if (tokens.canRenew && REFUSED_TOKEN.has(codeOf(body) ?? '')) {
      tokens.forget()
      ;({ body, retried } = await ask(document, variables))
    }
    const error = body.errors?.[0]
    if (error) throw translated(error.message, error.extensions ?? {})
    return { value: Object.values(body.data ?? {})[0] as Record<string, unknown>, retried }
  }
}

function translated(message: string, extensions: Record<string, unknown>): PurserError {
  if (REFUSED_TOKEN.has(String(extensions['code']))) {
    return new PurserError('unauthenticated', {}, message)
  }
  return errorFromAnswer(message, extensions)
}

function codeOf(body: GraphqlBody): string | undefined {
  const code = body.errors?.[0]?.extensions?.['code']
  return typeof code === 'string' ? code : undefined
}

function busyWith({ body }: Pick<Answer, 'body'>): { afterSeconds: number } | null {
  const extensions = (body as GraphqlBody | null)?.errors?.[0]?.extensions
  switch (extensions?.['code']) {
    case 'overloaded':
      return { afterSeconds: Number(extensions['retry_after_seconds'] ?? 0) }
    case NO_HANDLER:
      return { afterSeconds: 0 }
    default:
      return null
  }
}
