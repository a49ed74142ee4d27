import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import fc from 'fast-check'
import type postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayBy, arrayOf, jsonArrayOf } from '../../src/db/array-parameters.ts'

let database: TestDatabase
let sql: postgres.Sql

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false })
  sql = database.sql({ max: 2 })
})

afterAll(() => database.drop())

/** Everything that means something in an array literal, in JSON or in SQL. */
const AWKWARD = [
  '',
  ' ',
  'NULL',
  'null',
  '"',
  '""',
  '\\',
  '\\\\',
  '\\"',
  '{}',
  '{a,b}',
  'a,b',
  ',',
  '","',
  '"}\'; select 1; --',
  "'",
  '\n',
  '\t\r\b\f\v',
  '\u0001\u001f\u007f\u0085',
  '\\n',
  '\\u0041',
  '\u2028\u2029',
  'ä€😀',
  '[1,2]={3,4}',
  '$1',
]
/** NUL has no place in a text of PostgreSQL, and a lone surrogate none in UTF-8. */
const text = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc.array(fc.constantFrom(...AWKWARD)).map((parts) => parts.join('')),
)

async function texts(values: (string | null)[]) {
  const items = values.map((value) => ({ value }))
  const [row] = await sql<{ values: (string | null)[] }[]>`
    select to_jsonb(${arrayOf(items, 'value')}::text[]) as values`
  return row?.values
}

async function documents(values: (object | null)[]) {
  const items = values.map((value) => ({ value }))
  const [row] = await sql<{ values: unknown[] }[]>`
    select to_jsonb(${jsonArrayOf(items, 'value')}::jsonb[]) as values`
  return row?.values
}

describe('arrays of texts', () => {
  it('arrive as they are, one by one', async () => {
    for (const value of AWKWARD) expect(await texts([value])).toEqual([value])
  })

  it('arrive as they are, together and with nulls', async () => {
    const values = AWKWARD.flatMap((value) => [value, null])
    expect(await texts(values)).toEqual(values)
    expect(await texts([])).toEqual([])
    expect(await texts([null])).toEqual([null])
  })

  it('arrive as they are, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (values) => {
        expect(await texts(values)).toEqual(values)
      }),
      { numRuns: 300 },
    )
  })

  it('turn a lone surrogate into a replacement character, as any text that is sent', async () => {
    expect(await texts(['a\ud800b', 'c'])).toEqual(['a\ufffdb', 'c'])
  })

  it('with a NUL are refused as a bad value', async () => {
    await expect(texts(['a', '\0'])).rejects.toMatchObject({ code: '22021' })
  })

  it('cannot add an element to an array of another type', async () => {
    const id = '01a2044a-7f0e-7000-8a1b-0123456789ab'
    for (const value of [`${id}","${id}`, `${id},${id}`, `${id}"}`, `{${id}}`]) {
      const items = [{ value: id }, { value }]
      const answer = sql`select cardinality(${arrayOf(items, 'value')}::uuid[]) as length`
      if (value.startsWith('{')) await expect(answer).resolves.toMatchObject([{ length: 2 }])
      else await expect(answer).rejects.toMatchObject({ code: '22P02' })
    }
  })
})

it('whole numbers arrive with nulls', async () => {
  const items = [0, null, -1, 2_147_483_647].map((value) => ({ value }))
  const [row] = await sql`select to_jsonb(${arrayOf(items, 'value')}::int[]) as values`
  expect(row?.['values']).toEqual([0, null, -1, 2_147_483_647])
})

it('what is read from items arrives as it is, texts with anything to escape too', async () => {
  const items = [{ part: { name: 'a"b\\c\n' } }, { part: null }]
  const [row] = await sql`
    select to_jsonb(${arrayBy(items, ({ part }) => part?.name ?? null)}::text[]) as texts,
      to_jsonb(${arrayBy(items, ({ part }) => (part ? 2 ** 53 - 1 : null))}::bigint[]) as numbers`
  expect(row).toEqual({ texts: ['a"b\\c\n', null], numbers: [2 ** 53 - 1, null] })
})

describe('arrays of JSON documents', () => {
  it('arrive as they are, keys and values', async () => {
    const values = AWKWARD.flatMap((value) => [{ [value]: value, list: [value, { value }] }, null])
    expect(await documents(values)).toEqual(values)
    expect(await documents([])).toEqual([])
  })

  it('arrive as they are, whatever they hold', async () => {
    const key = text.filter((value) => value !== '__proto__')
    const document = fc.dictionary(
      key,
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(document)), async (values) => {
        expect(await documents(values)).toEqual(JSON.parse(JSON.stringify(values)))
      }),
      { numRuns: 300 },
    )
  })

  it('keep a property named type, and are no parameter objects of the driver', async () => {
    const values = [{ type: 25, value: 'x' }, { type: 'text' }]
    expect(await documents(values)).toEqual(values)
  })

  it('with a lone surrogate are refused as a bad value', async () => {
    await expect(documents([{ value: '\ud800' }])).rejects.toMatchObject({ code: '22P02' })
    await expect(documents([{ '\udc00': 1 }])).rejects.toMatchObject({ code: '22P02' })
  })
})
