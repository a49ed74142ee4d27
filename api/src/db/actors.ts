import type { Database } from './client.ts'

/** Who acts as the platform, as JSON for the row that keeps it: name and address as they are now. */
export async function actorOf(sql: Database, userId: string | null): Promise<string> {
  if (userId === null) return JSON.stringify({ role: 'platform_admin' })
  const [user] = await sql<{ name: string; email: string }[]>`
    select name, email from auth.users where id = ${userId}::uuid`
  return JSON.stringify({ role: 'platform_admin', user_id: userId, ...user })
}
