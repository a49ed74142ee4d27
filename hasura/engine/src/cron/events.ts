import type { Sql } from 'postgres'
import { engineSchema } from '../engine-schema.ts'

/**
 * The rows behind cron triggers. One row per trigger and minute makes firing idempotent across
 * engine processes; a claimed row has a lease, so a crash in mid-delivery leads to another try and
 * not to a lost event.
 */
export type ClaimedEvent = { id: string; triggerName: string; scheduledTime: Date; tries: number }

const claimBatchSize = '20'

/** Adds the event of one tick; whichever engine is second finds it there. */
export async function scheduleEvent(sql: Sql, triggerName: string, time: Date): Promise<void> {
  await sql`
    insert into ${sql(engineSchema)}.cron_events (trigger_name, scheduled_time)
    values (${triggerName}, ${time.toISOString()}::text::timestamptz)
    on conflict (trigger_name, scheduled_time) do nothing`
}

/** Takes due events for as long as `leaseSeconds`; no other engine gets them meanwhile. */
export async function claimDueEvents(
  sql: Sql,
  triggerNames: readonly string[],
  leaseSeconds: number,
): Promise<ClaimedEvent[]> {
  const names = JSON.stringify(triggerNames)
  const rows = await sql`
    update ${sql(engineSchema)}.cron_events event
    set next_try_at = now() + make_interval(secs => ${String(leaseSeconds)}::text::float8), tries = tries + 1
    where id in (
      select id from ${sql(engineSchema)}.cron_events
      where status = 'scheduled' and next_try_at <= now()
        and trigger_name in (select json_array_elements_text(${names}::text::json))
      order by next_try_at limit ${claimBatchSize}::text::int8 for update skip locked)
    returning id::text, trigger_name, to_json(scheduled_time) #>> '{}' as scheduled_time,
      tries::text`
  return rows.map((row) => ({
    id: row['id'],
    triggerName: row['trigger_name'],
    scheduledTime: new Date(row['scheduled_time']),
    tries: Number(row['tries']),
  }))
}

export async function finishEvent(
  sql: Sql,
  id: string,
  status: 'delivered' | 'error' | 'dead',
): Promise<void> {
  await sql`update ${sql(engineSchema)}.cron_events set status = ${status} where id = ${id}::text::uuid`
}

export async function retryEventLater(sql: Sql, id: string, seconds: number): Promise<void> {
  await sql`
    update ${sql(engineSchema)}.cron_events
    set next_try_at = now() + make_interval(secs => ${String(seconds)}::text::float8) where id = ${id}::text::uuid`
}

/** Old rows are of no use to anyone; the newest ones guard against a second firing. */
export async function forgetOldEvents(sql: Sql): Promise<void> {
  await sql`
    delete from ${sql(engineSchema)}.cron_events
    where status <> 'scheduled' and created_at < now() - interval '7 days'`
}
