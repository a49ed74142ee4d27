import { execFileSync } from 'node:child_process'
import { ExpectedError } from '../terminal/run-main.ts'

/** The operating-system account that PostgreSQL runs as, when it is not our own. */
export interface Account {
  name: string
  uid: number
  gid: number
}

const CANDIDATES = ['postgres', 'nobody']
const CREATED_NAME = 'purser-postgres'

/**
 * PostgreSQL refuses to run as root, so root lends it another account: `postgres` where a package
 * made one, else `nobody`, else a new system account. Anybody else runs it as himself (undefined).
 */
export function chooseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of [...CANDIDATES, CREATED_NAME]) {
    const account = findAccount(name)
    if (account) return account
  }
  return createAccount()
}

function findAccount(name: string): Account | undefined {
  const uid = numericId('-u', name)
  const gid = numericId('-g', name)
  // An account that is root under another name would be refused just the same.
  if (uid === undefined || gid === undefined || uid === 0) return undefined
  return { name, uid, gid }
}

function numericId(flag: '-u' | '-g', name: string): number | undefined {
  try {
    const text = execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })
    return Number.parseInt(text.toString(), 10)
  } catch {
    return undefined
  }
}

function createAccount(): Account {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', CREATED_NAME])
  } catch (cause) {
    throw new ExpectedError(
      'PostgreSQL cannot run as root, and there is no account "postgres" or "nobody" to lend it; ' +
        'start as another user, or create the account "postgres"',
      { cause },
    )
  }
  const account = findAccount(CREATED_NAME)
  if (!account) throw new Error(`the account ${CREATED_NAME} was created but is not found`)
  return account
}
