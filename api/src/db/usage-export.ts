import type { Database } from './client.ts'
import { describeDatabaseFailure } from './failures.ts'

/** Which ledger is read, and what of it. */
export interface ExportRange {
  kind: 'credits' | 'meters'
  organizationId: string
  /** null: of everybody. */
  userId: string | null
  /** Days of the organization's time zone, both included. */
  from: string
  to: string
}

export interface ExportRow {
  sequence: string
  /** In the order of the columns of the file; numbers as the database writes them. */
  values: (string | null)[]
}

/** What happened may be told so many days later; it is written then, and read here. */
const LATEST_REPORT_DAYS = 36

export type ExportPages = ReturnType<typeof createExportPages>

/**
 * Pages of a ledger in its order, each a statement of its own, so that a slow download holds neither
 * a connection nor rows. Charges are read by when they happened, uses of meters by their day.
 */
export function createExportPages(sql: Database) {
  return {
    async timeZone(organizationId: string): Promise<string | null> {
      const rows = await available(
        sql<{ time_zone: string }[]>`
          select time_zone from public.org_plans where organization_id = ${organizationId}::uuid`,
      )
      return rows[0]?.time_zone ?? null
    },

    /** The sequence from which on a range is read. */
    async beginning(range: ExportRange, timeZone: string): Promise<string> {
      const rows = await available(
        sql<{ sequence: string }[]>`
          select private.ledger_place(
            ${range.organizationId}::uuid, ${range.kind}::text,
            ${range.from}::text::timestamp at time zone ${timeZone}::text - interval '10 minutes'
          )::text as sequence`,
      )
      return rows[0]?.sequence ?? '0'
    },

    page(range: ExportRange, after: string, timeZone: string, rows: number): Promise<ExportRow[]> {
      return available(
        range.kind === 'credits'
          ? charges(sql, range, { after, timeZone, rows })
          : uses(sql, range, { after, timeZone, rows }),
      )
    },
  }
}

interface PlaceInLedger {
  after: string
  timeZone: string
  rows: number
}

function charges(sql: Database, range: ExportRange, { after, timeZone, rows }: PlaceInLedger) {
  return sql<ExportRow[]>`
    select
      charge.sequence::text as sequence,
      array[
        to_char(charge.event_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        (charge.event_at at time zone ${timeZone}::text)::date::text,
        (-charge.amount_credits)::text,
        charge.capability_id, charge.quality_level_id, charge.model_id, charge.user_id::text,
        charge.actor ->> 'name', charge.context ->> 'related_entity_name',
        charge.reservation_id::text, charge.id::text
      ] as values
    from public.credit_transactions as charge
    where charge.organization_id = ${range.organizationId}::uuid
      and charge.sequence > ${after}::bigint
      and charge.type = 'ai_consumption'
      and charge.event_at >= ${range.from}::text::timestamp at time zone ${timeZone}::text
      and charge.event_at
        < (${range.to}::text::date + 1)::timestamp at time zone ${timeZone}::text
      and (${range.userId}::uuid is null or charge.user_id = ${range.userId}::uuid)
    order by charge.sequence
    limit ${rows}`
}

function uses(sql: Database, range: ExportRange, { after, timeZone, rows }: PlaceInLedger) {
  return sql<ExportRow[]>`
    select
      entry.sequence::text as sequence,
      array[
        to_char(entry.event_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        entry.day::text, entry.meter_id, trim_scale(entry.amount)::text, entry.source,
        entry.user_id::text, person.name, entry.reservation_id::text, entry.id::text
      ] as values
    from public.usage_ledger as entry
    left join auth.users as person on person.id = entry.user_id
    where entry.organization_id = ${range.organizationId}::uuid
      and entry.sequence > ${after}::bigint
      and entry.day between ${range.from}::text::date and ${range.to}::text::date
      and entry.created_at < (${range.to}::text::date + ${LATEST_REPORT_DAYS}::int)::timestamp
        at time zone ${timeZone}::text
      and (${range.userId}::uuid is null or entry.user_id = ${range.userId}::uuid)
    order by entry.sequence
    limit ${rows}`
}

async function available<Rows>(query: PromiseLike<Rows>): Promise<Rows> {
  try {
    return await query
  } catch (error) {
    throw describeDatabaseFailure(error)
  }
}
