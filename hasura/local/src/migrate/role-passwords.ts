import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'

/** Which environment variable holds the password of which database role. */
const PASSWORD_VARIABLES = {
  purser_api: 'API_DATABASE_PASSWORD',
  purser_hasura: 'HASURA_DATABASE_PASSWORD',
} as const

export type RolePasswords = Partial<Record<keyof typeof PASSWORD_VARIABLES, string>>

const SCRAM_ITERATIONS = 4096
const ATTEMPTS = 5
const RETRY_DELAY_MILLISECONDS = 100

export function rolePasswordsFrom(environment: NodeJS.ProcessEnv): RolePasswords {
  const passwords: RolePasswords = {}
  for (const role of roles()) {
    const password = environment[PASSWORD_VARIABLES[role]]
    if (password) passwords[role] = password
  }
  return passwords
}

/** Lets the roles that the migrations created sign in. A role without a password is left as it is. */
export async function setRolePasswords(
  connection: postgres.Sql,
  passwords: RolePasswords,
): Promise<void> {
  for (const role of roles()) {
    const password = passwords[role]
    if (password === undefined) continue
    const [found] = await connection`select from pg_catalog.pg_roles where rolname = ${role}`
    if (found) await alterRole(connection, role, scramVerifier(password))
  }
}

function roles(): (keyof typeof PASSWORD_VARIABLES)[] {
  return Object.keys(PASSWORD_VARIABLES) as (keyof typeof PASSWORD_VARIABLES)[]
}

async function alterRole(connection: postgres.Sql, role: string, verifier: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The verifier holds only base64 and $ : ; no quote can end the literal.
      await connection.unsafe(`alter role ${role} login password '${verifier}'`)
      return
    } catch (error) {
      // Roles are the cluster's, our lock is the database's: two databases may migrate at once.
      const concurrent =
        error instanceof postgres.PostgresError && error.message.includes('concurrently updated')
      if (!concurrent || attempt >= ATTEMPTS) throw error
      await delay(RETRY_DELAY_MILLISECONDS)
    }
  }
}

/**
 * The password as PostgreSQL stores it (RFC 5802, RFC 7677): computed here, so that the clear text
 * is never part of a statement and cannot reach the server's log.
 */
function scramVerifier(password: string): string {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, SCRAM_ITERATIONS, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
