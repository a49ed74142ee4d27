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

/** The id of the run, or null when this run was made before. */
export async function startJobRun(
  sql: Database,
  job: string,
  runKey: string,
  scheduledTime: Date,
): Promise<string | null> {
  const rows = await sql<{ run_id: string | null }[]>`
    select private.start_job_run(${job}::text, ${runKey}::text, ${scheduledTime}::timestamptz) as run_id`
  return rows[0]?.run_id ?? null
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
