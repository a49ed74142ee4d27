import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'

const REPOSITORY = new URL('../../../../', import.meta.url)
const ACTION_SECRET = 'test-action-secret-1234'
const CRON_SECRET = 'test-cron-secret-12345'

/** Purser as a backend meets it: GraphQL and auth over HTTP, each part a process of its own. */
export interface Desk {
  graphqlUrl: string
  authUrl: string
  modelUrl: string
  adminSecret: string
  /** As the superuser, for arranging and looking. */
  sql: ReturnType<Awaited<ReturnType<typeof createTestDatabase>>['sql']>
  apiProcess: ChildProcess
  stop(): Promise<void>
}

export async function startDesk(): Promise<Desk> {
  const database = await createTestDatabase({ migrated: true })
  const children: ChildProcess[] = []
  const start = (folder: string, script: string, args: string[], environment: object) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      cwd: fileURLToPath(new URL(folder, REPOSITORY)),
      env: { PATH: process.env['PATH'], ...environment } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    return child
  }
  const double = start('api', 'doubles/main.ts', ['--latency-milliseconds', '0'], {})
  const modelUrl = await lineOf(double, /"model_double_url":"([^"]+)"/)
  const api = start('api', 'src/main.ts', [], {
    API_DATABASE_URL: database.apiUrl,
    BETTER_AUTH_SECRET: 'test-auth-secret-of-more-than-thirty-two-characters',
    ACTION_SECRET,
    CRON_SECRET,
    PURSER_API_PORT: '0',
    MODEL_DOUBLE_URL: modelUrl,
  })
  const apiUrl = `http://127.0.0.1:${await lineOf(api, /"port":(\d+).*listening/)}`
  const adminSecret = randomUUID()
  const engine = start(
    'hasura/engine',
    'src/main.ts',
    ['--port', '0', '--admin-secret', adminSecret],
    {
      HASURA_GRAPHQL_METADATA_DIR: fileURLToPath(new URL('hasura/metadata', REPOSITORY)),
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ jwk_url: `${apiUrl}/auth/jwks` }),
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
      PG_DATABASE_URL: database.hasuraUrl,
      HASURA_GRAPHQL_METADATA_DATABASE_URL: database.url,
      ACTION_BASE_URL: apiUrl,
      ACTION_SECRET,
      CRON_SECRET,
    },
  )
  const engineUrl = await lineOf(engine, /listening on (http:\/\/\S+)/)
  return {
    graphqlUrl: `${engineUrl}/v1/graphql`,
    authUrl: `${apiUrl}/auth`,
    modelUrl,
    adminSecret,
    sql: database.sql(),
    apiProcess: api,
    async stop() {
      for (const child of children) child.kill('SIGKILL')
      await database.drop()
    },
  }
}

async function lineOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  if (!child.stdout) throw new Error('no output')
  const lines = createInterface({ input: child.stdout })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = pattern.exec(line)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code} before ${pattern}`)))
  })
}

export async function createOrganization(sql: postgres.Sql, plan = 'team'): Promise<string> {
  const id = randomUUID()
  await sql`insert into auth.organizations (id, name, slug) values (${id}, 'Test', ${id})`
  await sql`select private.set_organization_plan(${id}, ${plan}, '{}')`
  return id
}

/** An API key as create_service_api_key makes it. */
export async function createKey(sql: postgres.Sql, organizationId: string): Promise<string> {
  const key = `purser_sk_${randomBytes(32).toString('base64url')}`
  const hash = createHash('sha256').update(key).digest()
  await sql`
    with created as (
      insert into public.service_api_keys (organization_id, name, prefix)
      values (${organizationId}, 'Test', ${key.slice(0, 16)}) returning id
    )
    insert into auth.service_api_key_hashes (key_id, hash) select id, ${hash} from created`
  return key
}

export interface Balance {
  posted: number
  reserved: number
}

export async function balanceOf(sql: postgres.Sql, organizationId: string): Promise<Balance> {
  const rows = await sql<Balance[]>`
    select (monthly_credits + bonus_credits - debt_credits)::float8 as posted,
      reserved_credits::float8 as reserved
    from public.organization_credit_balances where organization_id = ${organizationId}`
  if (!rows[0]) throw new Error('no balance')
  return rows[0]
}

export interface ProgramOutput {
  code: number | null
  output: string
}

/** An example as a person would start it. */
export async function runExample(
  name: string,
  args: string[],
  environment: Record<string, string>,
): Promise<ProgramOutput> {
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${name}.ts`, ...args], {
    cwd: fileURLToPath(new URL('api/client', REPOSITORY)),
    env: { PATH: process.env['PATH'], ...environment } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, output }
}
