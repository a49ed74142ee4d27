import type postgres from 'postgres'
import type { BenchDatabase } from './cluster.ts'
import { figuresOf, type Figures } from './figures.ts'

export interface HistoryOptions {
  rows: number
  report(line: string): void
}

export interface HistoryFigures {
  rows: number
  reads: { name: string; figures: Figures }[]
}

const ORGANIZATIONS = 2000
const READS = 400
const PAGE_ROWS = 50
const FIRST_DAY = '2030-01-01'
const DAYS = 365

/** Reading a long ledger: the last page, and the balance of any moment; one client, one by one. */
export async function measureHistory(
  database: BenchDatabase,
  { rows, report }: HistoryOptions,
): Promise<HistoryFigures> {
  const { admin } = database
  const startedAt = performance.now()
  const ids = await fillLedger(admin, rows)
  report(`${rows} ledger rows written in ${Math.round((performance.now() - startedAt) / 1000)} s`)
  const sql = database.superuser(1)
  const [largest = ''] = ids
  const anyOne = () => ids[Math.floor(Math.random() * ids.length)] ?? largest
  const lastPage = (id: string) => sql`
    select sequence, id, type, amount_credits, balance_after_credits, capability_id, event_at
    from public.credit_transactions where organization_id = ${id}
    order by sequence desc limit ${PAGE_ROWS}`
  const balanceAt = (id: string) => sql`
    select posted_credits from public.balance_at(
      ${id}::uuid, ${FIRST_DAY}::text::timestamptz + ${Math.random() * DAYS} * interval '1 day')`

  const reads: HistoryFigures['reads'] = []
  for (const [name, read] of [
    ['last 50 rows, any organization', () => lastPage(anyOne())],
    ['last 50 rows, the one with a tenth of all', () => lastPage(largest)],
    ['balance_at, any organization', () => balanceAt(anyOne())],
    ['balance_at, the one with a tenth of all', () => balanceAt(largest)],
  ] as const) {
    reads.push({ name, figures: await timed(read) })
  }
  await sql.end()
  return { rows, reads }
}

async function timed(read: () => PromiseLike<unknown>): Promise<Figures> {
  const latencies: number[] = []
  const startedAt = performance.now()
  for (let count = 0; count < READS; count += 1) {
    const readStartedAt = performance.now()
    await read()
    latencies.push(performance.now() - readStartedAt)
  }
  return figuresOf(latencies, (performance.now() - startedAt) / 1000)
}

/** Charges spread over a year; the first organization has a tenth of them. Indexes are built after. */
async function fillLedger(admin: postgres.Sql, rows: number): Promise<string[]> {
  const organizations = await admin<{ id: string }[]>`
    select gen_random_uuid() as id from generate_series(1, ${ORGANIZATIONS}::int)`
  const ids = organizations.map(({ id }) => id)
  const indexes = await admin<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid = 'public.credit_transactions'::regclass
      and not indisprimary and not exists (select from pg_constraint where conindid = indexrelid)`
  for (const { name } of indexes) await admin.unsafe(`drop index ${name}`)
  await admin`
    insert into public.credit_transactions (organization_id, type, amount_credits,
      balance_after_credits, reservation_id, capability_id, quality_level_id, model_id, event_at)
    select
      (${ids}::uuid[])[case when number % 10 = 0 then 1
        else 2 + (hashint4(number) & 2147483647) % ${ORGANIZATIONS - 1} end],
      'ai_consumption', -1, 1000000 - number * 0.01, uuidv7(), 'question_generation', 'fast',
      'openai/gpt-5-mini',
      ${FIRST_DAY}::text::timestamptz + number * (${DAYS} * interval '1 day' / ${rows})
    from generate_series(1, ${rows}::int) as number`
  for (const { definition } of indexes) await admin.unsafe(definition)
  await admin`vacuum analyze public.credit_transactions`
  return ids
}
