import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { guardProcess } from '../processes/guard.ts'
import { logTail } from '../processes/log-tail.ts'
import { settledWithin } from '../processes/settled-within.ts'
import type { Life } from './keep-running.ts'
import { ExpectedError } from '../terminal/run-main.ts'

/** A part of the stack that is a Node program and answers HTTP. */
export interface ServerPart {
  name: string
  nodeArguments: string[]
  directory: string
  environment: NodeJS.ProcessEnv
  /** Answers 2xx once the part is usable. */
  healthUrl: string
  logFile: string
}

const READY_TIMEOUT_SECONDS = 90
const POLL_INTERVAL_MILLISECONDS = 100
const PROBE_TIMEOUT_MILLISECONDS = 2000
const STOP_TIMEOUT_SECONDS = 8
export const LOG_LINES_IN_REPORTS = 20

/** Starts the program and waits until it answers. */
export async function startServerPart(part: ServerPart, signal: AbortSignal): Promise<Life> {
  const log = openSync(part.logFile, 'a', 0o600)
  const child = spawn(process.execPath, part.nodeArguments, {
    cwd: part.directory,
    env: part.environment,
    // A process group of its own: Ctrl-C reaches only the runner, which ends the parts in order.
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw new ExpectedError(`${part.name}: ${process.execPath} cannot be run`)
  const guard = guardProcess(pid, 'TERM')
  let running = true
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false
      guard.release()
      resolve()
    })
  })

  const stop = async () => {
    if (running) child.kill('SIGTERM')
    await settledWithin(exited, STOP_TIMEOUT_SECONDS)
    if (running) process.kill(-pid, 'SIGKILL')
    await exited
  }
  const problem = await waitUntilReady(part.healthUrl, () => running, signal)
  if (problem === undefined) return { processId: pid, exited, stop }
  await stop()
  signal.throwIfAborted()
  throw new ExpectedError(
    `${part.name} did not start: ${problem}. The end of ${part.logFile}:\n` +
      logTail(part.logFile, LOG_LINES_IN_REPORTS),
  )
}

async function waitUntilReady(
  url: string,
  isRunning: () => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000
  while (Date.now() < deadline) {
    if (!isRunning()) return 'it ended'
    if (signal.aborted) return 'stopped'
    if (await answers(url)) return undefined
    await delay(POLL_INTERVAL_MILLISECONDS)
  }
  return `${url} did not answer well within ${READY_TIMEOUT_SECONDS} s`
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MILLISECONDS) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
