import { createMember, type Desk, type Sql } from './desk.ts'

/** One statement, run on the connection that it is given. */
export type Statement = (sql: Sql) => PromiseLike<unknown>

/**
 * Two statements on connections of their own, begun one after the other beside what `hold` has locked
 * in a third transaction. That one ends when both have come as far as they can, so the two meet in the
 * same order in every run. Answers what they returned when both have ended; throws if either failed.
 */
export async function together(
  { admin, database }: Desk,
  hold: Statement,
  ...statements: [Statement, Statement]
): Promise<unknown[]> {
  const started: Promise<unknown>[] = []
  const connections = statements.map(() => database.sql({ max: 1 }))
  await admin.begin(async (holder) => {
    await hold(holder as unknown as Sql)
    for (const [index, statement] of statements.entries()) {
      started.push((await begin(admin, connections[index]!, statement)).result)
    }
  })
  await Promise.allSettled(started)
  await Promise.all(connections.map((sql) => sql.end()))
  return Promise.all(started)
}

/** Begins a statement, and comes back when it waits for a lock or has ended. */
async function begin(admin: Sql, sql: Sql, statement: Statement) {
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  let hasEnded = false
  const result = (async () => {
    try {
      return await statement(sql)
    } finally {
      hasEnded = true
    }
  })()
  // Whoever waits for the results hears of a failure; until then nobody does.
  result.catch(() => undefined)
  while (!hasEnded) {
    const [waiting] = await admin`
      select from pg_stat_activity where pid = ${backend!.pid} and wait_event_type = 'Lock'`
    if (waiting) break
  }
  return { result }
}

export const lockOrganization =
  (organization: string): Statement =>
  (sql) =>
    sql`select from auth.organizations where id = ${organization} for update`

export const lockBalance =
  (organization: string): Statement =>
  (sql) => sql`
    select from public.organization_credit_balances
    where organization_id = ${organization} for update`

export const deleteUser =
  (user: string): Statement =>
  (sql) =>
    sql`delete from auth.users where id = ${user}`

/** Caps for a member of each, by one statement; the second organization is deleted beside it. */
export async function capWhileDeletingSecond(
  desk: Desk,
  [first, second]: readonly [string, string],
): Promise<void> {
  const members = [await createMember(desk, first), await createMember(desk, second)]
  await together(
    desk,
    lockOrganization(first),
    (sql) => sql`
      insert into public.member_caps (organization_id, user_id, meter_id, limit_amount)
      select cap.*, 'credits', 5
      from unnest(${[first, second]}::uuid[], ${members}::uuid[]) as cap`,
    (sql) => sql`delete from auth.organizations where id = ${second}`,
  )
}
