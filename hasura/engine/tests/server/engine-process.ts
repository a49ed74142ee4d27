import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')
const startMilliseconds = 30_000
const adminSecret = 'test-admin-secret'

export type EngineProcess = {
  url: string
  adminSecret: string
  pid: number
  /** Sends SIGTERM and answers the exit code. */
  stop(): Promise<number | null>
}

/** The engine as its command line starts it, in a process of its own, on a free port. */
export async function startEngineProcess(
  databaseUrl: string,
  environment: Record<string, string> = {},
  args: string[] = [],
): Promise<EngineProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', '--database-url', databaseUrl, '--port', '0']
      .concat(['--admin-secret', adminSecret])
      .concat(args),
    { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the engine has not started:\n${output}`))
    }, startMilliseconds)
    void exited.then(() => reject(new Error(`the engine has ended:\n${output}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      const match = /listening on (http:\/\/\S+)/.exec(line)
      if (match?.[1] === undefined) return
      clearTimeout(timer)
      resolve(match[1])
    })
  })
  return {
    url,
    adminSecret,
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}
