import type { Desk, Sql } from './desk.ts'

/** A connection of its own whose clock stands still at the moment that was set last. */
export interface ClockedSql {
  sql: Sql
  /** Time with an offset, or in UTC without one. */
  setTo(at: string): Promise<void>
}

export async function openClock(
  desk: Desk,
  at: string,
  as: 'api' | 'superuser' = 'api',
): Promise<ClockedSql> {
  const sql = desk.database.sql({ as, max: 1 })
  const setTo = async (moment: string) => {
    const text = /[Z+]/.test(moment) ? moment : `${moment}Z`
    await sql`select set_config('purser.clock', ${text}, false)`
  }
  await setTo(at)
  return { sql, setTo }
}
