const STEP_MILLISECONDS = 10
const LIMIT_MILLISECONDS = 30_000

/** Waits for what must become true, and says what did not. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + LIMIT_MILLISECONDS
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, STEP_MILLISECONDS))
  }
}
