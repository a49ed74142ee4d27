import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeMetadata } from './metadata-fixture.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

describe('export-schema', () => {
  let database: TestDatabase
  let folder: string
  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false })
    await database.sql().unsafe('create table notes (id int primary key, body text, secret text)')
    folder = mkdtempSync(join(tmpdir(), 'engine-schema-'))
    writeMetadata(join(folder, 'metadata'), {
      tables: [
        {
          table: { schema: 'public', name: 'notes' },
          select_permissions: [
            { role: 'reader', permission: { columns: ['id', 'body'], filter: {} } },
          ],
        },
      ],
    })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.drop()
  })

  const exportTo = (out: string, metadata = join(folder, 'metadata')) =>
    run(
      process.execPath,
      ['--import', 'tsx', 'src/cli/export-schema.ts', '--database-url', database.url].concat([
        '--metadata',
        metadata,
        '--out',
        out,
      ]),
      { cwd: root },
    )

  it('writes one sorted, valid schema a role, twice the same, and removes those of old roles', async () => {
    const out = join(folder, 'schema')
    await exportTo(out)
    expect(readdirSync(out).sort()).toEqual(['admin.graphql', 'reader.graphql'])
    const first = readFileSync(join(out, 'reader.graphql'), 'utf8')
    const schema = buildSchema(first)
    const notes = schema.getType('notes')
    expect(notes?.toString()).toBe('notes')
    expect(first).not.toContain('secret')
    writeFileSync(join(out, 'gone.graphql'), first)
    writeFileSync(join(out, 'schema.sql'), '-- another file')
    await exportTo(out)
    expect(readFileSync(join(out, 'reader.graphql'), 'utf8')).toBe(first)
    expect(readdirSync(out).sort()).toEqual(['admin.graphql', 'reader.graphql', 'schema.sql'])
  })

  it('fails, naming the object, when the metadata does not fit the database', async () => {
    const metadata = join(folder, 'wrong')
    writeMetadata(metadata, { tables: [{ table: { schema: 'public', name: 'absent' } }] })
    await expect(exportTo(join(folder, 'nowhere'), metadata)).rejects.toMatchObject({
      stderr: expect.stringContaining('absent') as string,
    })
  })

  it('fails, naming file and key, when the metadata has an unknown key', async () => {
    const metadata = join(folder, 'unknown')
    writeMetadata(metadata, {
      tables: [{ table: { schema: 'public', name: 'notes' }, misspelt_permissions: [] }],
    })
    await expect(exportTo(join(folder, 'nowhere'), metadata)).rejects.toMatchObject({
      stderr: expect.stringMatching(/tables\.yaml.*misspelt_permissions/) as string,
    })
  })
})
