import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { csvLine } from '../src/exports/csv.ts'
import { startTestApi, type TestApi } from './support/api.ts'
import { ownerOn, type Member } from './support/streams.ts'

let api: TestApi
let owner: Member

const today = new Date().toISOString().slice(0, 10)

beforeAll(async () => {
  api = await startTestApi()
  owner = await ownerOn(api, 'team')
})
afterAll(() => api.stop())

const headersOf = ({ token }: Member) => ({ authorization: `Bearer ${token}` })

async function download(query: string, headers: Record<string, string>) {
  const response = await fetch(`${api.url}/exports/usage.csv?${query}`, { headers })
  return { response, lines: (await response.text()).split('\r\n') }
}

const range = (kind: string, from = today, to = today) => `kind=${kind}&from=${from}&to=${to}`

describe('csvLine', () => {
  test.each([
    [['a', null, '1.50'], 'a,,1.50'],
    [['a "b"', 'c,d', 'e\nf'], '"a ""b""","c,d","e\nf"'],
    // What a spreadsheet would run is text; numbers below zero stay numbers.
    [['=1+1', '+x', '@sum', '-x', '\tx'], "'=1+1,'+x,'@sum,'-x,'\tx"],
    [['-12.5', '-', '=HYPERLINK("x")'], '-12.5,\'-,"\'=HYPERLINK(""x"")"'],
  ])('%j', (values, line) => {
    expect(csvLine(values)).toBe(`${line}\r\n`)
  })
})

describe('GET /exports/usage.csv', () => {
  test('streams every use of a meter, in order, page after page', async () => {
    const organizationId = owner.organizationId
    const uses = Array.from({ length: 2_500 }, (_, index) => index)
    for (let start = 0; start < uses.length; start += 500) {
      await Promise.all(
        uses.slice(start, start + 500).map((index) =>
          api.deps.services.quotas.record({
            organizationId,
            userId: null,
            meter: 'emails',
            amount: `${index + 1}`,
            idempotencyKey: randomUUID(),
            eventAt: null,
            metadata: null,
          }),
        ),
      )
    }
    const { response, lines } = await download(range('meters'), headersOf(owner))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('content-disposition')).toContain(`usage-meters-${today}`)
    expect(lines[0]).toBe('event_at,day,meter,amount,source,user_id,user,reservation_id,usage_id')
    const amounts = lines.slice(1, -1).map((line) => Number(line.split(',')[3]))
    expect(amounts.toSorted((a, b) => a - b)).toEqual(uses.map((index) => index + 1))
  })

  test('tells what charges were for', async () => {
    const { organizationId, userId } = owner
    const held = await api.deps.services.ledger.reserve({
      organizationId,
      userId,
      capability: 'question_generation',
      qualityLevel: 'fast',
      amountCredits: '2',
      idempotencyKey: randomUUID(),
      expiresInSeconds: null,
      context: { related_entity_name: '=cmd()' },
    })
    await api.deps.services.ledger.settle({
      organizationId,
      reservationId: held.reservation_id!,
      amountCredits: '1.25',
      usage: null,
      output: null,
    })
    const { lines } = await download(range('credits'), headersOf(owner))
    expect(lines).toHaveLength(3)
    expect(lines[1]).toContain(`,${today},1.25,question_generation,fast,`)
    expect(lines[1]).toContain(",'=cmd(),")
  })

  test('a member gets his own rows, another day none, a stranger nothing', async () => {
    const asMember = { ...headersOf(owner), 'x-hasura-role': 'member' }
    const own = await download(range('meters'), asMember)
    expect(own.lines).toHaveLength(2)
    const past = await download(range('meters', '2026-01-01', '2026-01-31'), headersOf(owner))
    expect(past.lines).toHaveLength(2)
    const stranger = await ownerOn(api, 'team')
    expect((await download(range('meters'), headersOf(stranger))).lines).toHaveLength(2)
  })

  test.each([
    ['kind=all&from=2026-01-01&to=2026-01-02', 'kind'],
    ['kind=meters&from=2026-01-02&to=2026-01-01', 'to'],
    ['kind=meters&from=2024-01-01&to=2026-01-01', 'to'],
    ['kind=meters&from=yesterday&to=2026-01-01', 'from'],
    [`${range('meters')}&user_id=x`, 'user_id'],
  ])('refuses %s', async (query, field) => {
    const response = await fetch(`${api.url}/exports/usage.csv?${query}`, {
      headers: headersOf(owner),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ extensions: { code: 'invalid_input', field } })
  })

  test('without a token: unauthenticated', async () => {
    expect((await fetch(`${api.url}/exports/usage.csv?${range('meters')}`)).status).toBe(401)
  })
})
