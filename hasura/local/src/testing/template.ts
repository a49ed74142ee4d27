import { createHash } from 'node:crypto'
import postgres from 'postgres'
import { readMigrations, readSeeds } from '../migrate/files.ts'
import { prepareDatabase } from '../migrate/prepare-database.ts'
import { TEST_PASSWORD } from './cluster.ts'

const LOCK_KEY = 7_283_646_002

/**
 * Name of a migrated and seeded database to clone from; the first caller of a cluster builds it.
 * The name holds a hash of the files, so a long-lived cluster never serves an outdated one.
 */
export async function ensureTemplate(
  clusterUrl: string,
  projectDirectory: string,
): Promise<string> {
  const name = `purser_template_${hashOfFiles(projectDirectory)}`
  const admin = postgres(clusterUrl, { max: 1, onnotice: () => undefined })
  try {
    await admin`select pg_advisory_lock(${LOCK_KEY})`
    const [existing] = await admin`select from pg_catalog.pg_database where datname = ${name}`
    if (existing) return name
    const unfinished = `${name}_unfinished`
    await admin`drop database if exists ${admin(unfinished)} with (force)`
    await admin`create database ${admin(unfinished)}`
    await prepareDatabase({
      databaseUrl: databaseUrl(clusterUrl, unfinished),
      projectDirectory,
      passwords: { purser_api: TEST_PASSWORD, purser_hasura: TEST_PASSWORD },
      reset: false,
      report: () => undefined,
    })
    await admin`alter database ${admin(unfinished)} rename to ${admin(name)}`
    return name
  } finally {
    await admin.end({ timeout: 5 })
  }
}

function hashOfFiles(projectDirectory: string): string {
  const hash = createHash('sha256')
  for (const { version, name, checksum } of readMigrations(projectDirectory)) {
    hash.update(`${version}_${name} ${checksum}\n`)
  }
  for (const { name, text } of readSeeds(projectDirectory)) hash.update(`${name} ${text}\n`)
  return hash.digest('hex').slice(0, 16)
}

/** The URL of another database on the same cluster, signed in as another role if one is given. */
export function databaseUrl(clusterUrl: string, database: string, role?: string): string {
  const url = new URL(clusterUrl)
  url.pathname = `/${database}`
  if (role !== undefined) {
    url.username = role
    url.password = TEST_PASSWORD
  }
  return url.href
}
