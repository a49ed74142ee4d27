import type postgres from 'postgres'
import { RESET_LANES, resetDuePeriods } from '../src/cron/reset_periods.ts'
import { resetPeriods } from '../src/db/jobs.ts'
import type { BenchDatabase } from './cluster.ts'
import { requireCorrectLedger } from './customers.ts'
import { pairedRatio, withGoal, type Ratio } from './figures.ts'

export interface ResetOptions {
  organizations: number
  rounds: number
  report(line: string): void
}

export interface ResetRound {
  organizations: number
  seconds: number
  microsecondsPerOrganization: number
  /** The longest that any gate was held. */
  longestBatchMilliseconds: number
  rowByRowMicrosecondsPerOrganization: number
}

const ROW_BY_ROW_ORGANIZATIONS = 400
const MONTHLY_CREDITS = 500

/** The monthly reset of many organizations: the product's job beside a loop in an application. */
export async function measureReset(
  database: BenchDatabase,
  { organizations, rounds, report }: ResetOptions,
): Promise<{ rounds: ResetRound[]; ratios: Ratio[] }> {
  const { admin } = database
  await createOrganizations(admin, organizations)
  const sql = database.superuser(1)
  const lanes = [sql]
  while (lanes.length < RESET_LANES) lanes.push(database.superuser(1))
  const results: ResetRound[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const now = new Date(Date.UTC(2031, round, 1, 0, 5))
    await setClock(lanes, now.toISOString())
    const ids = (
      await sql<{ id: string }[]>`
        select organization_id as id from public.org_plans where period_end <= ${now}
        order by period_end limit ${ROW_BY_ROW_ORGANIZATIONS}`
    ).map(({ id }) => id)
    const loopStartedAt = performance.now()
    for (const id of ids) await resetRowByRow(sql, id, now)
    const loop = ((performance.now() - loopStartedAt) * 1000) / ids.length
    results.push({ ...(await resetByJob(lanes)), rowByRowMicrosecondsPerOrganization: loop })
    await setClock(lanes, '')
    await requireCorrectLedger(admin)
    report(`reset ${round} of ${rounds}: the ledger is right`)
  }
  for (const lane of lanes) await lane.end()
  const ratio = pairedRatio(
    'reset: row by row / job, time an organization',
    results.map((result) => result.rowByRowMicrosecondsPerOrganization),
    results.map((result) => result.microsecondsPerOrganization),
  )
  return { rounds: results, ratios: [withGoal(ratio, 'at least', 50)] }
}

/** For each lane a connection of its own, as the clock is the connection's. */
async function setClock(lanes: postgres.Sql[], time: string): Promise<void> {
  for (const sql of lanes) await sql`select set_config('purser.clock', ${time}, false)`
}

async function resetByJob(
  lanes: postgres.Sql[],
): Promise<Omit<ResetRound, 'rowByRowMicrosecondsPerOrganization'>> {
  let longest = 0
  const startedAt = performance.now()
  const { processed, failed } = await resetDuePeriods(async (limit, place, lane) => {
    const sql = lanes[lane]
    if (!sql) throw new Error('there are more lanes than connections')
    const batchStartedAt = performance.now()
    const batch = await resetPeriods(sql, limit, place)
    longest = Math.max(longest, performance.now() - batchStartedAt)
    return batch
  })
  if (failed > 0) throw new Error(`${failed} organizations were not reset`)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    organizations: processed,
    seconds,
    microsecondsPerOrganization: (seconds * 1e6) / processed,
    longestBatchMilliseconds: longest,
  }
}

/** What an application does in a loop, with the same rows as a result. */
async function resetRowByRow(sql: postgres.Sql, id: string, now: Date): Promise<void> {
  await sql.begin(async (tx) => {
    const [balance] = await tx`
      select monthly_credits, bonus_credits, debt_credits
      from public.organization_credit_balances where organization_id = ${id} for update`
    const [plan] = await tx`
      select period_end, monthly_ai_credits,
        private.next_period_start(period_end, anchor_day, time_zone) as next_end
      from public.org_plans where organization_id = ${id}`
    const left = Number(balance?.['monthly_credits'])
    const posted = left + Number(balance?.['bonus_credits'])
    const [grant] = await tx`
      update public.credit_grants
      set expired_credits = remaining_credits, remaining_credits = 0, closed_at = ${now}
      where organization_id = ${id} and closed_at is null and source = 'plan' returning id`
    await tx`
      insert into public.credit_transactions
        (organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
      values (${id}, 'expiry', ${-left}, ${posted - left}, ${grant?.['id']}, ${now})`
    const [next] = await tx`
      insert into public.credit_grants (organization_id, source, granted_credits,
        remaining_credits, priority, effective_at, expires_at, transaction_id, created_at)
      values (${id}, 'plan', ${MONTHLY_CREDITS}, ${MONTHLY_CREDITS}, 10, ${plan?.['period_end']},
        ${plan?.['next_end']}, uuidv7(), ${now})
      returning id, transaction_id`
    await tx`
      insert into public.credit_transactions
        (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
      values (${next?.['transaction_id']}, ${id}, 'plan_allocation', ${MONTHLY_CREDITS},
        ${posted - left + MONTHLY_CREDITS}, ${next?.['id']}, ${now})`
    await tx`
      update public.organization_credit_balances
      set monthly_credits = ${MONTHLY_CREDITS}, used_credits = 0,
        period_start = ${plan?.['period_end']}, period_end = ${plan?.['next_end']},
        next_grant_expires_at = ${plan?.['next_end']}
      where organization_id = ${id}`
    await tx`
      update public.org_plans
      set period_start = ${plan?.['period_end']}, period_end = ${plan?.['next_end']},
        updated_at = ${now}
      where organization_id = ${id}`
  })
}

/** On the plan "pro", all with a period that ends at the first of February 2031. */
async function createOrganizations(admin: postgres.Sql, count: number): Promise<void> {
  await admin.begin(async (tx) => {
    await tx`alter table auth.organizations disable trigger open_organization_account`
    await tx`
      create temporary table fresh on commit drop as
      select gen_random_uuid() as id, uuidv7() as grant_id, uuidv7() as transaction_id,
        timestamptz '2031-01-01' as period_start, timestamptz '2031-02-01' as period_end
      from generate_series(1, ${count}::int)`
    await tx`
      insert into auth.organizations (id, name, slug) select id, 'Bench', 'bench-' || id from fresh`
    await tx`
      insert into public.org_plans (organization_id, plan_id, monthly_ai_credits, overdraft_credits,
        period_start, period_end, anchor_day, created_at, updated_at)
      select id, 'pro', ${MONTHLY_CREDITS}, 2, period_start, period_end, 1, period_start, period_start
      from fresh`
    await tx`
      insert into public.organization_credit_balances (organization_id, monthly_credits,
        overdraft_credits, period_start, period_end, next_grant_expires_at)
      select id, ${MONTHLY_CREDITS}, 2, period_start, period_end, period_end from fresh`
    await tx`
      insert into public.credit_grants (id, organization_id, source, granted_credits,
        remaining_credits, priority, effective_at, expires_at, transaction_id, created_at)
      select grant_id, id, 'plan', ${MONTHLY_CREDITS}, ${MONTHLY_CREDITS}, 10, period_start,
        period_end, transaction_id, period_start
      from fresh`
    await tx`
      insert into public.credit_transactions
        (id, organization_id, type, amount_credits, balance_after_credits, grant_id, event_at)
      select transaction_id, id, 'plan_allocation', ${MONTHLY_CREDITS}, ${MONTHLY_CREDITS}, grant_id,
        period_start
      from fresh`
    await tx`alter table auth.organizations enable trigger open_organization_account`
  })
  await admin`vacuum analyze`
}
