import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** Writes a metadata directory with one source, as the Hasura CLI lays it out. */
export function writeMetadata(directory: string, source: { tables: unknown[] }): void {
  const tables = join(directory, 'databases', 'default', 'tables')
  mkdirSync(tables, { recursive: true })
  writeFileSync(join(directory, 'version.yaml'), 'version: 3\n')
  const configuration = { connection_info: { database_url: { from_env: 'PG_DATABASE_URL' } } }
  const database = { name: 'default', kind: 'postgres', configuration }
  const databases = [{ ...database, tables: '!include default/tables/tables.yaml' }]
  writeFileSync(join(directory, 'databases', 'databases.yaml'), stringify(databases))
  writeFileSync(join(tables, 'tables.yaml'), stringify(source.tables))
}
