import type postgres from 'postgres'
import type { BenchDatabase } from './cluster.ts'
import { createCustomers, requireCorrectLedger } from './customers.ts'

export interface SweepFigures {
  holds: number
  /** Of the whole sweep, divided by the holds whose time came. */
  microsecondsPerHold: number
  /** The longest that the gate was held. */
  longestMilliseconds: number
}

const BATCH_ITEMS = 250
const MOVES = 100

/**
 * What becomes of holds later: the time of each one comes, charged or not, and the organization's
 * next move looks at it. One hot organization; of each batch one hold was left open.
 */
export async function measureSweep(
  database: BenchDatabase,
  { holds, report }: { holds: number; report(line: string): void },
): Promise<SweepFigures> {
  const { admin } = database
  const [customer] = await createCustomers(admin, 'sweep-', 1)
  if (!customer) throw new Error('there is no customer')
  const sql = database.superuser(1)
  for (let made = 0; made < holds; made += BATCH_ITEMS) await holdAndCharge(sql, customer)
  await admin`vacuum analyze`
  report(`${holds} holds made`)

  const organization = customer.organizationId
  const [span] = await sql<{ first: Date; last: Date }[]>`
    select min(expires_at) as first, max(expires_at) as last from private.credit_holds`
  if (!span) throw new Error('there are no holds')
  const step = (span.last.getTime() + 1 - span.first.getTime()) / MOVES
  let total = 0
  let longest = 0
  for (let move = 1; move <= MOVES; move += 1) {
    const at = new Date(span.first.getTime() + move * step).toISOString()
    await sql`select set_config('purser.clock', ${at}, false)`
    const startedAt = performance.now()
    await sql`select private.lock_balances(array[${organization}::uuid])`
    const milliseconds = performance.now() - startedAt
    total += milliseconds
    longest = Math.max(longest, milliseconds)
  }
  await sql`select set_config('purser.clock', '', false)`
  const [balance] = await sql<{ reserved: string }[]>`
    select reserved_credits as reserved from public.organization_credit_balances
    where organization_id = ${organization}`
  if (Number(balance?.reserved) !== 0) throw new Error('the sweep left holds behind')
  await requireCorrectLedger(admin)
  report('the ledger is right')
  await sql.end()
  return { holds, microsecondsPerHold: (total * 1000) / holds, longestMilliseconds: longest }
}

/** All but the first of the batch are charged. */
async function holdAndCharge(
  sql: postgres.Sql,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<void> {
  const all = <Value>(value: Value) => Array.from({ length: BATCH_ITEMS }, () => value)
  const rows = await sql<{ reservation_id: string }[]>`
    select reservation_id from private.reserve_credits(
      ${all(organizationId)}::uuid[], ${all(userId)}::uuid[],
      ${all('question_generation')}::text[], ${all('enhanced')}::text[], ${all('2')}::numeric[],
      ${all(null).map(() => crypto.randomUUID())}::text[], ${all(null)}::int[],
      ${all(null)}::text[]::jsonb[]
    )`
  const charged = rows.slice(1).map((row) => row.reservation_id)
  const each = <Value>(value: Value) => charged.map(() => value)
  await sql`
    select from private.settle_credits(
      ${each(organizationId)}::uuid[], ${charged}::uuid[], ${each('1.25')}::numeric[],
      ${each(null)}::text[], ${each(null)}::bigint[], ${each(null)}::bigint[],
      ${each(null)}::bigint[], ${each(null)}::bigint[], ${each(null)}::text[],
      ${each(null)}::text[], ${each(null)}::text[]::jsonb[]
    )`
}
