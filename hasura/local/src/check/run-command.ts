import { spawn } from 'node:child_process'
import { guardProcess } from '../processes/guard.ts'

export interface Command {
  /** Arguments of our own Node, or a program found on the PATH. */
  node?: string[]
  program?: [name: string, ...programArguments: string[]]
  directory: string
  environment: NodeJS.ProcessEnv
}

export interface CommandResult {
  succeeded: boolean
  /** What it wrote, both streams in the order of arrival. */
  output: string
}

/** Commands that run now: an interrupt ends them all. */
const running = new Set<number>()

export function runCommand(command: Command): Promise<CommandResult> {
  const [program, ...programArguments] = command.program ?? [
    process.execPath,
    ...(command.node ?? []),
  ]
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      cwd: command.directory,
      env: command.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk: Buffer) => (output += chunk.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const { pid } = child
    const guard = pid === undefined ? undefined : guardProcess(pid, 'TERM')
    if (pid !== undefined) running.add(pid)
    const end = (succeeded: boolean) => {
      guard?.release()
      if (pid !== undefined) running.delete(pid)
      resolve({ succeeded, output })
    }
    child.once('error', (error) => {
      output += error.message
      end(false)
    })
    child.once('close', (code) => end(code === 0))
  })
}

export function killRunningCommands(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGTERM')
    } catch {
      // It ended in this moment.
    }
  }
}
