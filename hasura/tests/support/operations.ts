import { newKey } from './desk.ts'
import type { Sql } from './desk.ts'

/** One item of reserve_credits; what is left out is null, or the cheapest harmless value. */
export interface ReserveItem {
  organization: string | null
  user?: string | null
  capability?: string | null
  level?: string | null
  amount?: string | null
  key?: string | null
  seconds?: number | null
  context?: Record<string, unknown> | null
}

export interface Reserved {
  item: number
  outcome: string
  reservation_id: string
  status: string
  quality_level_id: string
  model_id: string
  amount_credits: string
  available_credits: string
  required_credits: string
  expires_at: Date
  replayed: boolean
  allowed_quality_levels: string[] | null
  unlocked_by_plan: string | null
  retry_after_seconds: number | null
}

export interface Settled {
  item: number
  outcome: string
  reservation_id: string
  status: string
  charged_credits: string
  released_credits: string
  shortfall_credits: string
  available_credits: string
  transaction_ids: string[]
  replayed: boolean
}

export interface Released {
  item: number
  outcome: string
  status: string
  released_credits: string
  available_credits: string
  replayed: boolean
}

export interface Extended {
  item: number
  outcome: string
  status: string
  amount_credits: string
  available_credits: string
  expires_at: Date
}

export interface Usage {
  model: string | null
  input_tokens: number | string | null
  output_tokens: number | string | null
  cached_input_tokens?: number | string | null
  reasoning_tokens?: number | string | null
  request_id?: string | null
  source?: string | null
}

export interface SettleItem {
  organization: string
  reservation: string
  amount?: string | null
  usage?: Usage | null
  output?: Record<string, unknown> | null
}

type Json = Parameters<Sql['json']>[0]

/** jsonb arrays as text: the driver would send a null element as the JSON value null. */
function texts(values: (Json | null | undefined)[]): (string | null)[] {
  return values.map((value) =>
    value === null || value === undefined ? null : JSON.stringify(value),
  )
}

export async function reserve(sql: Sql, ...items: ReserveItem[]): Promise<Reserved[]> {
  return sql<Reserved[]>`
    select * from private.reserve_credits(
      ${items.map((item) => item.organization)}::uuid[],
      ${items.map((item) => item.user ?? null)}::uuid[],
      ${items.map((item) => (item.capability === undefined ? 'question_generation' : item.capability))}::text[],
      ${items.map((item) => (item.level === undefined ? 'fast' : item.level))}::text[],
      ${items.map((item) => item.amount ?? null)}::numeric[],
      ${items.map((item) => (item.key === undefined ? newKey() : item.key))}::text[],
      ${items.map((item) => item.seconds ?? null)}::integer[],
      ${texts(items.map((item) => item.context as Json))}::text[]::jsonb[]
    )`
}

/** A reservation that must succeed; returns its id. */
export async function hold(sql: Sql, organization: string, amount: string, seconds?: number) {
  const [row] = await reserve(sql, { organization, amount, seconds: seconds ?? null })
  if (row?.outcome !== 'reserved') throw new Error(`not reserved: ${row?.outcome}`)
  return row.reservation_id
}

/** The seven arrays of usage reports. */
export function usageReports(sql: Sql, items: { usage?: Usage | null }[]) {
  return sql`
    ${items.map(({ usage }) => usage?.model ?? null)}::text[],
    ${items.map(({ usage }) => usage?.input_tokens ?? null)}::bigint[],
    ${items.map(({ usage }) => usage?.cached_input_tokens ?? null)}::bigint[],
    ${items.map(({ usage }) => usage?.output_tokens ?? null)}::bigint[],
    ${items.map(({ usage }) => usage?.reasoning_tokens ?? null)}::bigint[],
    ${items.map(({ usage }) => usage?.request_id ?? null)}::text[],
    ${items.map(({ usage }) => usage?.source ?? null)}::text[]`
}

export async function settle(sql: Sql, ...items: SettleItem[]): Promise<Settled[]> {
  return sql<Settled[]>`
    select * from private.settle_credits(
      ${items.map((item) => item.organization)}::uuid[],
      ${items.map((item) => item.reservation)}::uuid[],
      ${items.map((item) => item.amount ?? null)}::numeric[],
      ${usageReports(sql, items)},
      ${texts(items.map((item) => item.output as Json))}::text[]::jsonb[]
    )`
}

export async function release(
  sql: Sql,
  ...items: { organization: string; reservation: string; reason?: string }[]
): Promise<Released[]> {
  return sql<Released[]>`
    select * from private.release_credits(
      ${items.map((item) => item.organization)}::uuid[],
      ${items.map((item) => item.reservation)}::uuid[],
      ${items.map((item) => item.reason ?? 'failed')}::text[]
    )`
}

export async function extend(
  sql: Sql,
  ...items: { organization: string; reservation: string; seconds: number | null }[]
): Promise<Extended[]> {
  return sql<Extended[]>`
    select * from private.extend_reservations(
      ${items.map((item) => item.organization)}::uuid[],
      ${items.map((item) => item.reservation)}::uuid[],
      ${items.map((item) => item.seconds)}::integer[]
    )`
}

export async function expire(sql: Sql, limit = 1000) {
  const [row] = await sql<{ processed: number; failed: number; remaining: boolean }[]>`
    select * from private.expire_reservations(${limit})`
  return row!
}

/** Lets the time of open reservations pass: of one, or of all of an organization. */
export async function passTime(
  sql: Sql,
  organization: string,
  reservation: string | null = null,
): Promise<void> {
  await sql`
    update private.credit_holds set expires_at = created_at
    where organization_id = ${organization}
      and id in (select open.id from private.open_holds as open)
      and id = coalesce(${reservation}, id)`
  await sql`
    update public.organization_credit_balances set next_hold_expires_at = '-infinity'
    where organization_id = ${organization}`
}

/** Sets the clock of a connection; the client must have only one. Null is the real time again. */
export async function setClock(sql: Sql, at: Date | null): Promise<void> {
  await sql`select set_config('purser.clock', ${at?.toISOString() ?? ''}, false)`
}
