const DEFAULT_PATH = '/settings/billing'

/** A page of the web app. `path` begins with one slash, as the input's check has made sure. */
export function pageUrl(
  webUrl: string,
  path: string | null,
  query: Record<string, string> = {},
): string {
  const url = new URL(path ?? DEFAULT_PATH, `${webUrl}/`)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}
