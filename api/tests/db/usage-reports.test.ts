import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@purser/local/testing'
import type postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConnections, type Connections } from '../../src/db/connections.ts'
import { createLedger, type Ledger } from '../../src/db/ledger.ts'
import type { TokenUsage } from '../../src/db/ledger-rows.ts'
import { createMetrics } from '../../src/observability.ts'
import { brokenInvariants, createOrganization } from '../support/organizations.ts'

/** What providers report, on its way from the callers of a batch into the ledger. */
const USAGE: TokenUsage = {
  model: 'openai/gpt-5',
  input_tokens: 1000,
  output_tokens: 900,
  cached_input_tokens: null,
  reasoning_tokens: null,
  request_id: null,
}
const CHARGED_CREDITS = '10.25'

let database: TestDatabase
let sql: postgres.Sql
let connections: Connections
let ledger: Ledger
let organizationId: string

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true })
  sql = database.sql({ max: 2 })
  connections = openConnections(database.apiUrl)
  ledger = createLedger(connections, createMetrics())
  organizationId = (await createOrganization(sql)).id
})
afterAll(async () => {
  expect(await brokenInvariants(sql)).toEqual([])
  await connections.end(1)
  await database.drop()
})

async function hold(): Promise<string> {
  const row = await ledger.reserve({
    organizationId,
    userId: null,
    capability: 'question_generation',
    qualityLevel: 'fast',
    amountCredits: '11',
    idempotencyKey: randomUUID(),
    expiresInSeconds: null,
    context: null,
  })
  if (row.reservation_id === null) throw new Error(row.outcome)
  return row.reservation_id
}

/** What of the ledger a report is: without the price and the credits. */
async function reportOf(reservationId: string) {
  const [row] = await sql`
    select reported_model, input_tokens::float8, cached_input_tokens::float8,
      output_tokens::float8, reasoning_tokens::float8, request_id, usage_source
    from public.credit_transactions where id = ${reservationId}`
  return row
}

function settle(
  reservationId: string,
  cost: { usage: TokenUsage } | { amountCredits: string },
  isWithQuotas = false,
) {
  const item = { organizationId, reservationId, amountCredits: null, usage: null, output: null }
  return isWithQuotas
    ? ledger.settleWithQuotas({ ...item, ...cost, quotas: [] })
    : ledger.settle({ ...item, ...cost })
}

describe.each([
  ['settle', false],
  ['settleWithQuotas', true],
])('%s', (_name, isWithQuotas) => {
  test('writes each report of a batch beside its own charge, and none where an amount is told', async () => {
    const full = {
      ...USAGE,
      model: 'gpt-5',
      cached_input_tokens: 0,
      reasoning_tokens: 7,
      request_id: 'a "request", with \\ and \n',
      source: 'counted',
    } as const
    const costs = [{ usage: USAGE }, { amountCredits: '1' }, { usage: full }]
    const reservations = await Promise.all(costs.map(() => hold()))
    const rows = await Promise.all(
      reservations.map((reservation, index) => settle(reservation, costs[index]!, isWithQuotas)),
    )
    expect(rows.map(({ charged_credits: charged }) => charged)).toEqual([
      CHARGED_CREDITS,
      '1.00',
      CHARGED_CREDITS,
    ])
    const { model, source, ...rest } = full
    const nothing = Object.fromEntries(Object.keys(rest).map((name) => [name, null]))
    expect(await Promise.all(reservations.map(reportOf))).toEqual([
      {
        ...nothing,
        reported_model: USAGE.model,
        input_tokens: 1000,
        output_tokens: 900,
        usage_source: null,
      },
      { ...nothing, reported_model: null, usage_source: null },
      { ...rest, reported_model: model, usage_source: source },
    ])
  })

  test.each([
    { input_tokens: 1000.5 },
    { output_tokens: 1e30 },
    { cached_input_tokens: 0.5 },
    { reasoning_tokens: 1e16 },
    { reasoning_tokens: Number.NaN },
    { output_tokens: -1 },
  ])('refuses %o alone (invalid_amount)', async (counts) => {
    const [bad, good] = [await hold(), await hold()]
    const rows = await Promise.all([
      settle(bad, { usage: { ...USAGE, ...counts } }, isWithQuotas),
      settle(good, { usage: USAGE }, isWithQuotas),
    ])
    expect(rows).toMatchObject([
      { outcome: 'invalid_amount', status: 'reserved' },
      { outcome: 'settled', charged_credits: CHARGED_CREDITS },
    ])
    await ledger.release({ organizationId, reservationId: bad, reason: 'tested' })
  })
})
