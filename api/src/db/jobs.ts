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
