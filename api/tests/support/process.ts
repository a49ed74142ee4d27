import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'
import type { OpenAiDouble } from '../../doubles/openai/server.ts'
import { testEnvironment } from './api.ts'

export const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface ApiProcess {
  child: ChildProcess
  url: string
}

/** The api as `npm start` runs it: a process of its own, which the caller kills. */
export async function startApiProcess(
  database: TestDatabase,
  double: OpenAiDouble,
  children: ChildProcess[],
  environment: Record<string, string> = {},
): Promise<ApiProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: {
      PATH: process.env['PATH'],
      ...testEnvironment(database),
      PURSER_API_PORT: '0',
      MODEL_DOUBLE_URL: double.baseUrl,
      LOG_LEVEL: 'info',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; port: number }
    if (entry.msg === 'listening') return { child, url: `http://127.0.0.1:${entry.port}` }
  }
  throw new Error('the api ended before it listened')
}

/** Moves the clock of the database for connections that are opened from now on. */
export async function letAnHourPass(database: TestDatabase, sql: postgres.Sql): Promise<void> {
  const name = new URL(database.url).pathname.slice(1)
  const later = new Date(Date.now() + 3_600_000).toISOString()
  await sql.unsafe(`alter database ${name} set purser.clock = '${later}'`)
}
