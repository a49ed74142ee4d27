import type { Database } from './client.ts'

export interface AttemptRule {
  maximum: number
  windowSeconds: number
}

export interface AttemptDecision {
  allowed: boolean
  retryAfterSeconds: number
}

/**
 * Counts an attempt under a key and says whether it may go on: a fixed window that starts with its
 * first attempt. One statement, so that parallel guesses cannot pass on the same count.
 */
export async function countAttempt(
  sql: Database,
  key: string,
  { maximum, windowSeconds }: AttemptRule,
): Promise<AttemptDecision> {
  const rows = await sql<{ count: number; remaining_seconds: number }[]>`
    insert into auth.rate_limits as counter (key, count, last_request)
    values (${key}, 1, extract(epoch from clock_timestamp()) * 1000)
    on conflict (key) do update set
      count = case
        when counter.last_request <= excluded.last_request - ${windowSeconds}::int * 1000 then 1
        else least(counter.count + 1, ${maximum}::int + 1)
      end,
      last_request = case
        when counter.last_request <= excluded.last_request - ${windowSeconds}::int * 1000
          then excluded.last_request
        else counter.last_request
      end
    returning
      count,
      ceil(${windowSeconds}::int
        - (extract(epoch from clock_timestamp()) * 1000 - last_request) / 1000)::int
        as remaining_seconds`
  const row = rows[0]
  if (!row) throw new Error('the attempt was not counted')
  return {
    allowed: row.count <= maximum,
    retryAfterSeconds: Math.max(1, row.remaining_seconds),
  }
}

/** Takes one attempt back: it was not a guess. */
export async function forgetAttempt(sql: Database, key: string): Promise<void> {
  await sql`update auth.rate_limits set count = greatest(count - 1, 0) where key = ${key}`
}

/** Ends the counting under a key: the holder of the password has shown it. */
export async function forgetAttempts(sql: Database, key: string): Promise<void> {
  await sql`delete from auth.rate_limits where key = ${key}`
}

/** Rows of windows that are long over, so that the table stays small. */
export async function removeOldAttempts(sql: Database, olderThanSeconds: number): Promise<void> {
  await sql`
    delete from auth.rate_limits
    where last_request < (extract(epoch from clock_timestamp()) - ${olderThanSeconds}::int) * 1000`
}
