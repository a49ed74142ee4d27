import type { Sql } from 'postgres'
import { engineSchema } from '../engine-schema.ts'
import { parseJson, stringifyJson } from '../exact-json.ts'
import type { Json, JsonObject } from '../metadata/common.ts'

/** The rows behind asynchronous actions: written by the mutation, worked off by any engine. */
export type ClaimedAction = {
  id: string
  actionName: string
  input: Record<string, Json>
  requestHeaders: Record<string, string>
  sessionVariables: Record<string, string>
  requestQuery: string
}

export type ActionLogEntry = {
  id: string
  createdAt: string
  responsePayload: Json | null
  errors: Json | null
  sessionVariables: Record<string, string>
}

const claimBatchSize = '10'

export async function insertActionLog(sql: Sql, entry: Omit<ClaimedAction, 'id'>): Promise<string> {
  const rows = await sql`
    insert into ${sql(engineSchema)}.action_log
      (action_name, input_payload, request_headers, session_variables, request_query)
    values (${entry.actionName}, ${jsonText(entry.input)}::text::jsonb,
      ${jsonText(entry.requestHeaders)}::text::jsonb,
      ${jsonText(entry.sessionVariables)}::text::jsonb, ${entry.requestQuery})
    returning id::text`
  return String(rows[0]?.['id'])
}

/** Takes open entries; one whose engine has died is free again when its lease is over. */
export async function claimActions(sql: Sql, leaseSeconds: number): Promise<ClaimedAction[]> {
  const rows = await sql`
    update ${sql(engineSchema)}.action_log
    set status = 'processing', lease_until = now() + make_interval(secs => ${String(leaseSeconds)}::text::float8)
    where id in (
      select id from ${sql(engineSchema)}.action_log
      where status = 'created' or (status = 'processing' and lease_until < now())
      order by created_at limit ${claimBatchSize}::text::int8 for update skip locked)
    returning id::text, action_name, input_payload::text, request_headers::text,
      session_variables::text, request_query`
  return rows.map((row) => ({
    id: row['id'],
    actionName: row['action_name'],
    input: parseJson(row['input_payload']) as JsonObject,
    requestHeaders: JSON.parse(row['request_headers']),
    sessionVariables: JSON.parse(row['session_variables']),
    requestQuery: row['request_query'] ?? '',
  }))
}

export async function completeAction(sql: Sql, id: string, response: Json): Promise<void> {
  await sql`
    update ${sql(engineSchema)}.action_log
    set status = 'completed', response_payload = ${jsonText(response)}::text::jsonb
    where id = ${id}::text::uuid`
}

export async function failAction(sql: Sql, id: string, errors: JsonObject): Promise<void> {
  await sql`
    update ${sql(engineSchema)}.action_log
    set status = 'error', errors = ${jsonText(errors)}::text::jsonb
    where id = ${id}::text::uuid`
}

export async function findActionLog(sql: Sql, id: string): Promise<ActionLogEntry | undefined> {
  const [row] = await sql`
    select to_json(created_at) #>> '{}' as created_at, response_payload::text, errors::text,
      session_variables::text
    from ${sql(engineSchema)}.action_log where id = ${id}::text::uuid`
  if (row === undefined) return undefined
  return {
    id,
    createdAt: row['created_at'],
    responsePayload: parsedOrNull(row['response_payload']),
    errors: parsedOrNull(row['errors']),
    sessionVariables: JSON.parse(row['session_variables']),
  }
}

const jsonText = (value: unknown): string => stringifyJson(value as Json)
const parsedOrNull = (text: string | null): Json | null =>
  text === null ? null : (JSON.parse(text) as Json)
