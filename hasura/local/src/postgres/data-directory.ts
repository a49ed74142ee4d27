import { spawn } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ExpectedError } from '../terminal/run-main.ts'
import type { Placement } from './placement.ts'

const STOP_TIMEOUT_SECONDS = 30

export function isInitialized(placement: Placement): boolean {
  return existsSync(join(placement.dataDirectory, 'PG_VERSION'))
}

/**
 * Makes a new cluster: UTF-8, the built-in C.UTF-8 locale (the same order and case rules on every
 * machine, whatever locales it has), scram passwords only.
 */
export async function initializeDataDirectory(
  placement: Placement,
  superuser: string,
  password: string,
): Promise<void> {
  const { dataDirectory } = placement
  if (readdirSync(dataDirectory).length > 0) {
    throw new ExpectedError(
      `${dataDirectory} is not empty and holds no PostgreSQL data: move it away`,
    )
  }
  // Into a folder beside it, renamed at the end: a first start that is killed leaves no half.
  const unfinished = `${dataDirectory}.new`
  const passwordFile = `${dataDirectory}.password`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  giveToAccount(placement, unfinished)
  giveToAccount(placement, passwordFile)
  try {
    await runProgram(placement, 'initdb', [
      `--pgdata=${unfinished}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      '--no-sync',
    ])
  } finally {
    rmSync(passwordFile, { force: true })
  }
  rmdirSync(dataDirectory)
  renameSync(unfinished, dataDirectory)
}

/** Stops the server that an earlier owner of the data directory, killed since, left running. */
export async function stopStalePostmaster(
  placement: Placement,
  onNote: ((note: string) => void) | undefined,
): Promise<void> {
  const processId = runningPostmaster(placement.dataDirectory)
  if (processId === undefined) return
  onNote?.(`a PostgreSQL left over from an earlier start (process ${processId}) is stopped first`)
  await runProgram(placement, 'pg_ctl', [
    'stop',
    `--pgdata=${placement.dataDirectory}`,
    '--mode=fast',
    `--timeout=${STOP_TIMEOUT_SECONDS}`,
    '--silent',
  ])
}

function runningPostmaster(dataDirectory: string): number | undefined {
  let processId: number
  try {
    const text = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8')
    processId = Number.parseInt(text, 10)
    process.kill(processId, 0)
  } catch (error) {
    // EPERM: it lives and is somebody else's. Anything else: no file, or no such process.
    if (!isPermissionError(error)) return undefined
    throw new Error(`the PostgreSQL of ${dataDirectory} is run by another user: stop it first`, {
      cause: error,
    })
  }
  // After a crash the number may belong to another program by now; that one must not be stopped.
  // Without /proc (macOS) PostgreSQL's own check at start has to do.
  try {
    const command = readFileSync(`/proc/${processId}/cmdline`, 'utf8').split('\0')
    return command.includes(dataDirectory) ? processId : undefined
  } catch {
    return existsSync('/proc/self') ? undefined : processId
  }
}

function isPermissionError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPERM'
}

/** Gives the superuser of a stopped cluster a new password, without knowing the old one. */
export async function resetSuperuserPassword(
  placement: Placement,
  superuser: string,
  password: string,
): Promise<void> {
  const literal = `'${password.replaceAll("'", "''")}'`
  await runProgram(
    placement,
    'postgres',
    ['--single', '-D', placement.dataDirectory, 'postgres'],
    `alter role "${superuser}" password ${literal}\n`,
  )
}

function giveToAccount(placement: Placement, path: string): void {
  if (placement.account) chownSync(path, placement.account.uid, placement.account.gid)
}

function runProgram(
  placement: Placement,
  program: 'initdb' | 'pg_ctl' | 'postgres',
  programArguments: string[],
  input = '',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(placement.installation, 'bin', program), programArguments, {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', LC_ALL: 'C' },
      ...(placement.account && { uid: placement.account.uid, gid: placement.account.gid }),
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} failed (exit code ${code}):\n${output.trim()}`))
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
