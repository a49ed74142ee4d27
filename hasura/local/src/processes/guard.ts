import { spawn } from 'node:child_process'

/** Stops watching; what was guarded is left alone. */
export interface Guard {
  release(): void
}

// What ignores the one signal, which is enough for our own programs, is killed with all it started.
const END_PROCESS = 'read -r _; kill -s "$1" "$2"; sleep 10; kill -s KILL -- "-$2"'
// After the processes that may still write to it.
const REMOVE_FOLDER = 'read -r _; sleep 11; rm -rf -- "$1"'

/** Ends a detached child when this process dies in whatever way, SIGKILL included. */
export function guardProcess(processId: number, signal: 'INT' | 'TERM'): Guard {
  return whenThisProcessDies(END_PROCESS, signal, `${processId}`)
}

/** Removes a temporary folder when this process dies before it could. */
export function guardFolder(folder: string): Guard {
  return whenThisProcessDies(REMOVE_FOLDER, folder)
}

/**
 * The kernel closes the pipe that the guard reads from, however this process ends. It takes a
 * process of its own because a killed one cannot clean up, and is `sh` because that is small.
 */
function whenThisProcessDies(program: string, ...programArguments: string[]): Guard {
  const guard = spawn('/bin/sh', ['-c', program, 'guard', ...programArguments], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  guard.on('error', () => undefined)
  guard.stdin.on('error', () => undefined)
  return { release: () => void guard.kill('SIGKILL') }
}
