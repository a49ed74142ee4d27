import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** Stops watching; the guarded process is left alone. */
export interface Guard {
  release(): void
}

/**
 * Ends a detached process when this one dies in whatever way, SIGKILL included: the kernel then
 * closes the pipe that the guard reads from. A child of its own is needed because a killed process
 * cannot clean up; `sh` keeps it at a few hundred kilobytes.
 *
 * `target` is what kill(1) takes: a process id, or a negative one for a process group.
 */
export function guardProcess(target: number, signal: 'INT' | 'TERM'): Guard {
  const guard: ChildProcess = spawn(
    '/bin/sh',
    // One TERM is enough for our own programs; what ignores it gets KILL a little later.
    [
      '-c',
      'read -r _; kill -s "$1" -- "$2"; sleep 10; kill -s KILL -- "$2"',
      'guard',
      signal,
      `${target}`,
    ],
    { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] },
  )
  guard.unref()
  ;(guard.stdin as { unref?: () => void } | null)?.unref?.()
  guard.on('error', () => undefined)
  guard.stdin?.on('error', () => undefined)
  return { release: () => void guard.kill('SIGKILL') }
}
