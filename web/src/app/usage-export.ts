import type { TokenSource } from '@/features/identity/access-tokens.ts'
import type { FetchUsageExport } from '@/features/usage/use-usage-export.ts'
import { failureFromExtensions, UNREACHABLE, type Failure } from '@/shared/failure.ts'

const TOKEN_LEEWAY_MILLISECONDS = 30_000
const FALLBACK_NAME = 'purser-usage.csv'

/** The api's file of all rows, with a token that lasts until it has begun. */
export function createUsageExport(options: {
  origin: string
  tokens: TokenSource
}): FetchUsageExport {
  return async ({ kind, from, to }) => {
    const { origin, tokens } = options
    await tokens.lastingAtLeast(TOKEN_LEEWAY_MILLISECONDS)
    const query = new URLSearchParams({ kind, from, to })
    const response = await fetch(`${origin}/exports/usage.csv?${query.toString()}`, {
      headers: { accept: 'text/csv', ...tokens.headers },
    })
    if (!response.ok) return { problem: await refusalOf(response) }
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1]
    return { file: await response.blob(), name: name ?? FALLBACK_NAME }
  }
}

async function refusalOf(response: Response): Promise<Failure> {
  try {
    const body = (await response.json()) as {
      message?: unknown
      extensions?: Record<string, unknown>
    }
    return body.extensions
      ? failureFromExtensions(body.extensions, String(body.message ?? ''))
      : UNREACHABLE
  } catch {
    return UNREACHABLE
  }
}
