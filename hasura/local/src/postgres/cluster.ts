import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import { logTail } from '../processes/log-tail.ts'
import { findFreePort } from '../processes/ports.ts'
import { ExpectedError } from '../terminal/run-main.ts'
import {
  initializeDataDirectory,
  isInitialized,
  resetSuperuserPassword,
  stopStalePostmaster,
} from './data-directory.ts'
import { placeCluster } from './placement.ts'
import { launchServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

export interface ClusterOptions {
  dataDirectory: string
  logFile: string
  /** Password of the superuser; an existing cluster that has another one is given this one. */
  password: string
  /** Without a port a free one is taken. */
  port?: number
  /** false trades survival of a power cut for speed: only for data that may be lost. */
  durable: boolean
  /** Further server settings, by their postgresql.conf names. */
  settings?: Record<string, string>
  /** Told what a person should know, such as data that is kept elsewhere. */
  onNote?: (note: string) => void
}

export interface Cluster {
  /** Of the postmaster. */
  processId: number | undefined
  port: number
  dataDirectory: string
  /** Connection URL of the superuser. */
  url(database?: string): string
  /** Settles when the server process has ended, wanted or not. */
  exited: Promise<void>
  /** Fast shutdown: open transactions are rolled back, committed ones are on disk. */
  stop(): Promise<void>
}

const SUPERUSER = 'postgres'
const START_TIMEOUT_SECONDS = 60
const POLL_INTERVAL_MILLISECONDS = 50
const START_ATTEMPTS = 4
const RETRY_DELAY_MILLISECONDS = 300
const MAX_CONNECTIONS = 300
const LOG_LINES_IN_ERRORS = 15

/**
 * Starts PostgreSQL on 127.0.0.1, making the data directory on first use. A server that an earlier,
 * killed start left running on the same data is stopped first, so only one caller at a time may
 * own a data directory. Errors carry the end of the server's log.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const placement = placeCluster(options.dataDirectory)
  for (const note of placement.notes) options.onNote?.(note)
  mkdirSync(dirname(options.logFile), { recursive: true })
  if (isInitialized(placement)) await stopStalePostmaster(placement, options.onNote)
  else await initializeDataDirectory(placement, SUPERUSER, options.password)

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort())
    const server = launchServer(placement, serverSettings(options, port), options.logFile)
    const failure = await waitUntilReady(server, clusterUrl(options, port))
    if (failure === undefined) {
      return {
        processId: server.processId,
        port,
        dataDirectory: placement.dataDirectory,
        url: (database) => clusterUrl(options, port, database),
        exited: server.exited,
        stop: server.stop,
      }
    }
    await server.stop()
    const log = logTail(options.logFile, LOG_LINES_IN_ERRORS)
    if (attempt < START_ATTEMPTS && isWrongPassword(failure)) {
      await resetSuperuserPassword(placement, SUPERUSER, options.password)
    } else if (attempt < START_ATTEMPTS && mayPass(options, log)) {
      await delay(RETRY_DELAY_MILLISECONDS)
    } else {
      throw new ExpectedError(
        `PostgreSQL did not start on port ${port} (data in ${placement.dataDirectory}): ` +
          `${failure.message}\nThe end of ${options.logFile}:\n${log}`,
        { cause: failure },
      )
    }
  }
}

function serverSettings(options: ClusterOptions, port: number): Record<string, string> {
  return {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    // No socket file: nothing to clash over in /tmp, and its path may be too long for a socket.
    unix_socket_directories: '',
    max_connections: `${MAX_CONNECTIONS}`,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.durable
      ? {}
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
}

function clusterUrl(options: ClusterOptions, port: number, database = 'postgres'): string {
  const password = encodeURIComponent(options.password)
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`
}

/** Why the server is not usable, or undefined once it answers. */
async function waitUntilReady(server: ServerProcess, url: string): Promise<Error | undefined> {
  const deadline = Date.now() + START_TIMEOUT_SECONDS * 1000
  for (;;) {
    // Whatever holds a taken port may accept and never answer: our server's end decides sooner.
    const failure = await Promise.race([tryToConnect(url), server.exited.then(() => undefined)])
    // An answer while our own server is gone is another server's on the same port.
    if (server.hasExited()) return new Error('the server ended')
    if (failure === undefined || isWrongPassword(failure)) return failure
    if (Date.now() > deadline) return new Error('no answer in time', { cause: failure })
    await delay(POLL_INTERVAL_MILLISECONDS)
  }
}

async function tryToConnect(url: string): Promise<Error | undefined> {
  // Types are not needed, and the client's own query for them would fail outside of our reach.
  const client = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false })
  try {
    await client`select 1`
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await client.end({ timeout: 1 })
  }
}

function isWrongPassword(failure: Error): boolean {
  return failure instanceof postgres.PostgresError && failure.code === '28P01'
}

/** A lost race for a free port, or children of a killed server that are still ending. */
function mayPass(options: ClusterOptions, log: string): boolean {
  if (log.includes('pre-existing shared memory block')) return true
  return options.port === undefined && log.includes('could not bind')
}
