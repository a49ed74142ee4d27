/** A failure that a person can act on: its message is shown, without a stack. */
export class ExpectedError extends Error {}

/** Runs a program; a failure is printed and makes the exit code 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`\n${describe(error)}\n`)
    process.exitCode = 1
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof ExpectedError) return error.message
  if (isUnknownOption(error)) return `${error.message}\nSee --help.`
  return error.stack ?? error.message
}

function isUnknownOption(error: Error): boolean {
  return 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
