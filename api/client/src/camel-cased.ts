/** available_credits → availableCredits, as the types of this package say it. */
export function camelCased<Result>(answer: Record<string, unknown>): Result {
  const entries = Object.entries(answer).map(([name, value]) => [
    name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
    value,
  ])
  return Object.fromEntries(entries) as Result
}
