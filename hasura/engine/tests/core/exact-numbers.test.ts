import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exactDigits, parseJson, stringifyJson } from '../../src/exact-json.ts'
import type { Json, JsonObject } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'

const BIG = '9007199254740993'
const EXACT = '12345678901234567890.123456789012345678'

describe('long numbers of a request', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await startFixture({
      sql: `create table number (id int primary key, big bigint, exact numeric, list numeric[], doc jsonb)`,
      tables: [{ table: 'number' }],
      settings: { stringifyNumericTypes: true },
    })
  })
  afterAll(() => fixture.drop())

  const ADD =
    'mutation ($row: number_insert_input!) { insert_number_one(object: $row) { big exact } }'
  const asText = async (id: number) => {
    const [row] = await fixture.database`
      select list::text, doc::text from number where id = ${id}::text::int`
    return row
  }

  it('reach PostgreSQL with all their digits in an input object, a list and JSON', async () => {
    const variables = `{"row": {"id": 1, "big": ${BIG}, "exact": ${EXACT}, "list": [${EXACT}, 1], "doc": {"a": [${EXACT}, 1.5], "text": "${BIG} \\" ${BIG}"}}}`
    expect(await fixture.run(ADD, parseJson(variables) as JsonObject)).toEqual({
      insert_number_one: { big: BIG, exact: EXACT },
    })
    expect(await asText(1)).toEqual({
      list: `{${EXACT},1}`,
      doc: `{"a": [${EXACT}, 1.5], "text": "${BIG} \\" ${BIG}"}`,
    })
  })

  it('reach PostgreSQL with all their digits as variables of their own, in lists too', async () => {
    const query =
      'query ($one: bigint!, $list: [bigint!]!) { a: number(where: {big: {_eq: $one}}) { id } b: number(where: {big: {_in: $list}}) { id } c: number(where: {big: {_in: [1, $one]}}) { id } }'
    const run = (number: string) =>
      fixture.run(query, parseJson(`{"one": ${number}, "list": [${number}]}`) as JsonObject)
    const found = [{ id: 1 }]
    expect(await run(BIG)).toEqual({ a: found, b: found, c: found })
    expect(await run('9007199254740992')).toEqual({ a: [], b: [], c: [] })
  })

  it('reach PostgreSQL with all their digits from the document', async () => {
    const data = await fixture.run(
      `mutation { insert_number_one(object: {id: 2, exact: ${EXACT}, list: [${EXACT}], doc: {a: [${EXACT}], b: 1.50}}) { exact } }`,
    )
    expect(data).toEqual({ insert_number_one: { exact: EXACT } })
    expect(await asText(2)).toEqual({ list: `{${EXACT}}`, doc: `{"a": [${EXACT}], "b": 1.5}` })
  })

  it('are refused where they do not fit (parse-failed)', async () => {
    const row = parseJson('{"row": {"id": 3, "big": 9223372036854775808}}') as JsonObject
    expect(await fixture.fail(ADD, row)).toMatchObject({ code: 'parse-failed' })
  })

  it('keep their digits when written as JSON again, and nothing else changes', () => {
    const text = `{"a":[${EXACT},-0.00000000000000001,{"b":1e400}],"${BIG}":"${EXACT}","__proto__":${BIG}}`
    const value = parseJson(text) as Json
    expect(stringifyJson(value)).toBe(text.replace('1e400', 'null'))
    expect(exactDigits(value, '__proto__')).toBe(BIG)
    expect(() => parseJson(`{"a": ${BIG}${BIG}`)).toThrow(SyntaxError)
  })
})
