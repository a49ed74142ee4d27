import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
const startMilliseconds = 60_000
export const adminSecret = 'bench-admin-secret'

export type Server = { port: number; pid: number; stop(): Promise<void> }

/** Starts a program of this package that prints `listening on URL`. */
export async function startServer(
  file: string,
  args: string[],
  environment: Record<string, string>,
): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', GRAPHILE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const port = await listeningPort(child, file)
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

function listeningPort(child: ChildProcess, file: string): Promise<number> {
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${file} ${why}:\n${output}`))
    const timer = setTimeout(() => fail('has not started'), startMilliseconds)
    child.once('exit', () => fail('has ended'))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      const match = /listening on http:\/\/[^:]+:(\d+)/.exec(line)
      if (match === null) return
      clearTimeout(timer)
      resolve(Number(match[1]))
    })
  })
}

export const startEngine = (
  databaseUrl: string,
  environment: Record<string, string> = {},
): Promise<Server> =>
  startServer(
    'src/main.ts',
    ['--database-url', databaseUrl, '--port', '0', '--admin-secret', adminSecret],
    { HASURA_GRAPHQL_LOG_LEVEL: 'error', ...environment },
  )

/** Resident memory of a process in MiB, as Linux tells it; undefined elsewhere. */
export function residentMebibytes(pid: number): number | undefined {
  try {
    const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
  } catch {
    return undefined
  }
}
