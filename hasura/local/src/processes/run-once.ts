import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { guardProcess } from './guard.ts'
import { logTail } from './log-tail.ts'

export interface OneShot {
  /** What the messages call it. */
  name: string
  nodeArguments: string[]
  directory: string
  environment: NodeJS.ProcessEnv
  logFile: string
  signal?: AbortSignal
}

const LOG_LINES_IN_ERRORS = 30

/** Runs a Node program to its end; its output goes to the log, whose end a failure carries. */
export async function runOnce(program: OneShot): Promise<void> {
  const log = openSync(program.logFile, 'a', 0o600)
  const child = spawn(process.execPath, program.nodeArguments, {
    cwd: program.directory,
    env: program.environment,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const { pid } = child
  const guard = pid === undefined ? undefined : guardProcess(pid, 'TERM')
  const abort = () => {
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, 'SIGKILL')
  }
  program.signal?.addEventListener('abort', abort, { once: true })
  try {
    const problem = await new Promise<string | undefined>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => {
        resolve(code === 0 ? undefined : signal === null ? `exit code ${code}` : `signal ${signal}`)
      })
    })
    program.signal?.throwIfAborted()
    if (problem === undefined) return
    throw new Error(
      `${program.name} failed (${problem}). The end of ${program.logFile}:\n` +
        logTail(program.logFile, LOG_LINES_IN_ERRORS),
    )
  } finally {
    guard?.release()
    program.signal?.removeEventListener('abort', abort)
  }
}
