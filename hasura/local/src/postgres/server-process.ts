import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { guardProcess } from '../processes/guard.ts'
import type { Guard } from '../processes/guard.ts'
import { settledWithin } from '../processes/settled-within.ts'
import type { Placement } from './placement.ts'

/** A running postmaster. */
export interface ServerProcess {
  /** undefined when the program could not be run at all. */
  processId: number | undefined
  exited: Promise<void>
  hasExited(): boolean
  stop(): Promise<void>
}

const STOP_TIMEOUT_SECONDS = 15

export function launchServer(
  placement: Placement,
  settings: Record<string, string>,
  logFile: string,
): ServerProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(
    join(placement.installation, 'bin/postgres'),
    [
      '-D',
      placement.dataDirectory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      // A process group of its own: Ctrl-C in the terminal must not stop it before its clients.
      detached: true,
      cwd: '/',
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' },
      ...(placement.account && { uid: placement.account.uid, gid: placement.account.gid }),
    },
  )
  closeSync(log)

  let running = true
  let guard: Guard | undefined
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      running = false
      guard?.release()
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  if (child.pid !== undefined) guard = guardProcess(child.pid, 'INT')

  async function stop(): Promise<void> {
    // INT is PostgreSQL's fast shutdown, QUIT its immediate one (recovery at the next start).
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (!running) return
      child.kill(signal)
      await settledWithin(exited, STOP_TIMEOUT_SECONDS)
    }
  }
  return { processId: child.pid, exited, hasExited: () => !running, stop }
}
