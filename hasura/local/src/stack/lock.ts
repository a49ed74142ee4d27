import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedError } from '../terminal/run-main.ts'

export interface Lock {
  release(): void
}

const ATTEMPTS = 3

/** Makes sure that one stack at a time uses the data directory; a dead one's lock is taken over. */
export function lockDataDirectory(dataDirectory: string): Lock {
  mkdirSync(dataDirectory, { recursive: true })
  const file = join(dataDirectory, 'stack.pid')
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' })
      return { release: () => rmSync(file, { force: true }) }
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
    const owner = Number.parseInt(readIfThere(file), 10)
    if (owner > 0 && isStack(owner)) {
      throw new ExpectedError(
        `A stack is already running with ${dataDirectory} (process ${owner}). Its URLs are in ` +
          `${join(dataDirectory, 'stack.json')}; stop it with Ctrl-C or \`kill ${owner}\`, or set ` +
          'PURSER_DATA_DIR for a second one.',
      )
    }
    if (attempt >= ATTEMPTS) throw new ExpectedError(`${file} comes back: remove it`)
    rmSync(file, { force: true })
  }
}

function isStack(processId: number): boolean {
  try {
    process.kill(processId, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
  // The number of a killed stack may belong to another program by now. Without /proc: believe it.
  const command = readIfThere(`/proc/${processId}/cmdline`)
  return command === '' || command.includes('stack/main.ts')
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
