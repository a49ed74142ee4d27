import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ExpectedError } from '../terminal/run-main.ts'

const NAMES = [
  'POSTGRES_PASSWORD',
  'API_DATABASE_PASSWORD',
  'HASURA_DATABASE_PASSWORD',
  'BETTER_AUTH_SECRET',
  'ACTION_SECRET',
  'CRON_SECRET',
  'HASURA_GRAPHQL_ADMIN_SECRET',
  'STRIPE_DOUBLE_WEBHOOK_SECRET',
] as const

export type Secrets = Record<(typeof NAMES)[number], string>

const SECRET_BYTES = 32

/**
 * The secrets of the local stack, made once and kept in secrets.json for its owner only: data
 * (signing keys, passwords) would be unreadable with others. The environment wins and is not kept.
 */
export function loadSecrets(dataDirectory: string, environment: NodeJS.ProcessEnv): Secrets {
  const file = join(dataDirectory, 'secrets.json')
  const kept = existsSync(file) ? readKept(file) : {}
  const all = Object.fromEntries(
    NAMES.map((name) => [name, kept[name] ?? randomBytes(SECRET_BYTES).toString('base64url')]),
  ) as Secrets
  if (NAMES.some((name) => kept[name] === undefined)) {
    writeFileSync(`${file}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  for (const name of NAMES) all[name] = environment[name] || all[name]
  return all
}

const keptSchema = z.partialRecord(z.enum(NAMES), z.string().min(1))

function readKept(file: string): Partial<Secrets> {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ExpectedError(`${file} cannot be used (${reason}): repair or remove it`)
  }
}
