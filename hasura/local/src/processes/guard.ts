import { spawn } from 'node:child_process'

/** Stops watching; the guarded process is left alone. */
export interface Guard {
  release(): void
}

// One signal is enough for our own programs; what ignores it is killed with all it started.
const PROGRAM = 'read -r _; kill -s "$1" "$2"; sleep 10; kill -s KILL -- "-$2"'

/**
 * Ends a detached child when this process dies in whatever way, SIGKILL included: the kernel then
 * closes the pipe that the guard reads from. It takes a process of its own because a killed one
 * cannot clean up, and is `sh` because that needs a few hundred kilobytes only.
 */
export function guardProcess(processId: number, signal: 'INT' | 'TERM'): Guard {
  const guard = spawn('/bin/sh', ['-c', PROGRAM, 'guard', signal, `${processId}`], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  return { release: () => void guard.kill('SIGKILL') }
}
