import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import fc from 'fast-check'
import type postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrayArguments, type ArrayParameter } from '../../src/db/array-parameters.ts'

let database: TestDatabase
let sql: postgres.Sql

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
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

/** What a function would be given for its parameter, as JSON. */
async function arrived<Value>(type: ArrayParameter<Value>[0], values: Value[]): Promise<unknown> {
  const parameter = [type, (value: Value) => value] as unknown as ArrayParameter<Value>
  const given = arrayArguments([parameter])
  const [row] = await sql.unsafe<{ values: unknown }[]>(
    `select to_jsonb(${given.text}) as values`,
    given.valuesOf(values),
    { prepare: true },
  )
  return row?.values
}

const texts = (values: (string | null)[]) => arrived('text[]', values)
const documents = (values: (object | null)[]) => arrived('jsonb[]', values)

describe('arrays of texts', () => {
  it('arrive as they are, one by one', async () => {
    for (const value of AWKWARD) expect(await texts([value])).toEqual([value])
  })

  it('arrive as they are, together and with nulls', async () => {
    const values = AWKWARD.flatMap((value) => [value, null])
    expect(await texts(values)).toEqual(values)
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
    for (const value of [`${id}","${id}`, `${id},${id}`, `${id}"}`]) {
      for (const values of [[id, value], [value], [value, value]]) {
        await expect(arrived('uuid[]', values)).rejects.toMatchObject({ code: '22P02' })
      }
    }
    // Braces are a way to write a uuid.
    await expect(arrived('uuid[]', [id, `{${id}}`])).resolves.toEqual([id, id])
  })
})

describe('what is the same for all items', () => {
  it('is sent once, and arrives for each', async () => {
    const { valuesOf } = arrayArguments<string | null>([['text[]', (value) => value]])
    for (const value of ['a', '', null, 'a"b\\c\n']) {
      expect(valuesOf([value, value, value])).toEqual([valuesOf([value])[0], 3])
      expect(await texts([value, value, value])).toEqual([value, value, value])
    }
  })

  it('is sent each time when one item has another', async () => {
    expect(await texts(['a', 'a', 'b'])).toEqual(['a', 'a', 'b'])
    expect(await texts([null, 'a', 'a'])).toEqual([null, 'a', 'a'])
  })

  it('is sent once of documents, whichever objects they are', async () => {
    const values = [{ name: 'a' }, { name: 'a' }]
    const { valuesOf } = arrayArguments<object>([['jsonb[]', (value) => value]])
    expect(valuesOf(values)).toEqual([valuesOf(values.slice(0, 1))[0], 2])
    expect(await documents(values)).toEqual(values)
  })

  it('is nothing of no items', async () => {
    expect(await texts([])).toEqual([])
    expect(await documents([])).toEqual([])
  })
})

it('whole numbers arrive with nulls', async () => {
  const values = [0, null, -1, 2_147_483_647]
  expect(await arrived('int[]', values)).toEqual(values)
  expect(await arrived('bigint[]', [2 ** 53 - 1, null])).toEqual([2 ** 53 - 1, null])
})

it('arrays of a function arrive side by side', async () => {
  const given = arrayArguments<{ name: string; part: { size: number } | null }>([
    ['text[]', ({ name }) => name],
    ['numeric[]', ({ part }) => part?.size ?? null],
    ['jsonb[]', ({ part }) => part],
  ])
  const items = [
    { name: 'a"b\\c\n', part: { size: 1.5 } },
    { name: 'd', part: null },
  ]
  const [row] = await sql.unsafe(
    `select to_jsonb(array_agg(entry)) as rows
    from unnest(${given.text}) as entry (name, size, part)`,
    given.valuesOf(items),
    { prepare: true },
  )
  expect(row?.['rows']).toEqual([
    { name: 'a"b\\c\n', size: 1.5, part: { size: 1.5 } },
    { name: 'd', size: null, part: null },
  ])
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
