import type { Desk } from '../support/desk.ts'
import type { PreparedOrganization } from '../support/two-organizations.ts'
import { words } from './access.ts'
import type { Rows, TableAccess } from './access.ts'

const SEPARATOR = ' · '

/** What stands for a row in comparisons, from an answer of the engine. */
export function keyOf(access: TableAccess, row: Record<string, unknown>): string {
  return words(access.key)
    .map((column) => String(row[column]))
    .join(SEPARATOR)
}

/** The rows that may be seen, as the database itself says; sorted. */
export async function expectedKeys(
  desk: Desk,
  [table, access]: [string, TableAccess],
  rows: Rows | undefined,
  { id, user }: { id: string; user: string },
): Promise<string[]> {
  if (rows === undefined) return []
  const mine = access.ofOrganization ?? 'organization_id = $1'
  const conditions: Record<Rows, string> = {
    own: mine,
    asked: `${mine} and reservation_id in (
      select id from public.credit_reservations where user_id = $2)`,
    mine: `${mine} and user_id = $2`,
    about: `${mine} and (dimension <> 'member' or key = $2::text)`,
    all: 'true',
    offered: `${access.field === 'plans' ? 'id' : 'plan_id'} in (
      select id from public.plans where is_active)`,
  }
  // Both parameters are named in every form of the condition, or PostgreSQL could not type them.
  const found = await desk.admin.unsafe<{ key: string }[]>(
    `select concat_ws('${SEPARATOR}', ${words(access.key).join(', ')}) as key from ${table}
     where (${conditions[rows]}) and ($1::uuid, $2::uuid) is not null`,
    [id, user],
  )
  return found.map(({ key }) => key).toSorted()
}

/** How many rows the organization has in a table whose rows belong to organizations. */
export async function countOf(
  desk: Desk,
  [table, access]: [string, TableAccess],
  { id }: PreparedOrganization,
): Promise<number> {
  const [row] = await desk.admin.unsafe<{ count: number }[]>(
    `select count(*)::integer as count from ${table}
     where ${access.ofOrganization ?? 'organization_id = $1'}`,
    [id],
  )
  return row!.count
}

/** Every row of every tracked table, as one digest a table. */
export async function contentsOf(desk: Desk, tables: string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const table of tables) {
    const [row] = await desk.admin.unsafe<{ digest: string }[]>(
      `select md5(coalesce(string_agg(row::text, ',' order by row::text), '')) as digest
       from ${table} as row`,
    )
    digests[table] = row!.digest
  }
  return digests
}
