import type { Database } from './client.ts'

export interface ExpiryBatch {
  processed: number
  failed: number
  remaining: boolean
}

export async function expireReservations(sql: Database, limit: number): Promise<ExpiryBatch> {
  const rows = await sql<ExpiryBatch[]>`
    select processed, failed, remaining from private.expire_reservations(${limit}::int)`
  if (!rows[0]) throw new Error('private.expire_reservations answered no row')
  return rows[0]
}

/** Where a batch ended, and so where the next one of the same run begins. */
export interface Place {
  /** Text, for a Date would lose its microseconds; in UTC, so that texts are in the order of times. */
  at: string
  organizationId: string
}

export const FIRST_PLACE: Place = {
  at: '-infinity',
  organizationId: '00000000-0000-0000-0000-000000000000',
}

interface PlacedRow {
  processed: number
  failed: number
  remaining: boolean
  after_at: string | null
  after_organization_id: string | null
}

function placeOf(row: PlacedRow, before: Place): Place {
  if (row.after_at === null || row.after_organization_id === null) return before
  return { at: row.after_at, organizationId: row.after_organization_id }
}

export async function expireGrants(sql: Database, limit: number, after: Place) {
  const rows = await sql<(PlacedRow & { grants: number })[]>`
    select processed, failed, remaining, grants,
      (after_expires_at at time zone 'UTC')::text || '+00' as after_at, after_organization_id
    from private.expire_grants(
      ${limit}::int, ${after.at}::text::timestamptz, ${after.organizationId}::uuid
    )`
  if (!rows[0]) throw new Error('private.expire_grants answered no row')
  return { ...rows[0], place: placeOf(rows[0], after) }
}

export async function resetPeriods(sql: Database, limit: number, after: Place) {
  const rows = await sql<(PlacedRow & { periods: number })[]>`
    select processed, failed, remaining, periods,
      (after_period_end at time zone 'UTC')::text || '+00' as after_at, after_organization_id
    from private.reset_periods(
      ${limit}::int, ${after.at}::text::timestamptz, ${after.organizationId}::uuid
    )`
  if (!rows[0]) throw new Error('private.reset_periods answered no row')
  return { ...rows[0], place: placeOf(rows[0], after) }
}

export async function sweepSessions(sql: Database, limit: number, after: Place) {
  const rows = await sql<(ExpiryBatch & { archived: number; after_organization_id: string })[]>`
    select processed, failed, remaining, archived, after_organization_id
    from private.sweep_sessions(${limit}::int, ${after.organizationId}::uuid)`
  if (!rows[0]) throw new Error('private.sweep_sessions answered no row')
  return { ...rows[0], place: { ...after, organizationId: rows[0].after_organization_id } }
}

/** Begins paid periods that waited for their time; returns how many invoice lines that applied. */
export async function startWaitingPeriods(sql: Database, limit: number): Promise<number> {
  const rows = await sql<{ applied: number }[]>`
    select private.start_waiting_periods(${limit}::int) as applied`
  return rows[0]?.applied ?? 0
}

export async function cleanIdempotency(
  sql: Database,
  retentionHours: number,
  limit: number,
): Promise<ExpiryBatch> {
  const rows = await sql<ExpiryBatch[]>`
    select processed, failed, remaining
    from private.clean_idempotency(${retentionHours}::int, ${limit}::int)`
  if (!rows[0]) throw new Error('private.clean_idempotency answered no row')
  return rows[0]
}

export async function cleanStripeEvents(
  sql: Database,
  retentionDays: number,
  limit: number,
): Promise<ExpiryBatch> {
  const rows = await sql<ExpiryBatch[]>`
    select processed, failed, remaining
    from private.clean_stripe_events(${retentionDays}::int, ${limit}::int)`
  if (!rows[0]) throw new Error('private.clean_stripe_events answered no row')
  return rows[0]
}

export async function uncapOrganizations(sql: Database, limit: number): Promise<ExpiryBatch> {
  const rows = await sql<ExpiryBatch[]>`
    select processed, failed, remaining from private.uncap_organizations(${limit}::int)`
  if (!rows[0]) throw new Error('private.uncap_organizations answered no row')
  return rows[0]
}

export interface LedgerViolation {
  organization_id: string
  invariant: string
  expected: string
  actual: string
  details: unknown
}

/** It reads the whole ledger: minutes are in order where milliseconds are for everything else. */
const VERIFY_TIMEOUT_MILLISECONDS = 600_000

/** One message is one transaction, without the driver's own, which a lost connection would upset. */
async function verifyBy<Row>(
  sql: Database,
  verification:
    | 'verify_ledger(null)'
    | 'verify_usage(null)'
    | 'verify_sessions(null)'
    | 'verify_capability_offers()',
) {
  const answers = await sql.unsafe<Row[][]>(`
    set local transaction read only;
    set local statement_timeout = ${VERIFY_TIMEOUT_MILLISECONDS};
    select * from private.${verification}`)
  return answers.at(-1) ?? []
}

export const verifyLedger = (sql: Database): Promise<LedgerViolation[]> =>
  verifyBy(sql, 'verify_ledger(null)')

/** An offer that is not what the catalogue says; null where there should be none, or is none. */
export interface OfferDifference {
  plan_id: string
  capability_id: string
  asked_level_id: string
  valid_from: Date
  stored: unknown
  wanted: unknown
}

export const verifyCapabilityOffers = (sql: Database): Promise<OfferDifference[]> =>
  verifyBy(sql, 'verify_capability_offers()')

export const verifyUsage = async (sql: Database): Promise<LedgerViolation[]> => [
  ...(await verifyBy<LedgerViolation>(sql, 'verify_usage(null)')),
  ...(await verifyBy<LedgerViolation>(sql, 'verify_sessions(null)')),
]

export interface FoldBatch extends ExpiryBatch {
  rows: number
  after_organization_id: string
}

export async function foldCreditUsage(
  sql: Database,
  limit: number,
  afterOrganizationId: string,
): Promise<FoldBatch> {
  const rows = await sql<FoldBatch[]>`
    select processed, failed, remaining, rows, after_organization_id
    from private.fold_credit_usage(${limit}::int, ${afterOrganizationId}::uuid)`
  if (!rows[0]) throw new Error('private.fold_credit_usage answered no row')
  return rows[0]
}

export interface JobRun {
  run_id: string
  /** false: another delivery of the same run has it, or had it. */
  is_started: boolean
}

export async function startJobRun(
  sql: Database,
  job: string,
  runKey: string,
  scheduledTime: Date,
): Promise<JobRun> {
  const rows = await sql<JobRun[]>`
    select run_id, is_started
    from private.start_job_run(${job}::text, ${runKey}::text, ${scheduledTime}::timestamptz)`
  if (!rows[0]) throw new Error('private.start_job_run answered no row')
  return rows[0]
}

export async function finishJobRun(
  sql: Database,
  runId: string,
  summary: { processed: number; failed: number },
): Promise<void> {
  await sql`
    select private.finish_job_run(
      ${runId}::uuid, ${summary.processed}::int, ${summary.failed}::int,
      ${JSON.stringify(summary)}::text::jsonb
    )`
}
