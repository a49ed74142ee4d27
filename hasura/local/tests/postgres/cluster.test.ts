import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startCluster } from '../../src/postgres/cluster.ts'
import type { Cluster, ClusterOptions } from '../../src/postgres/cluster.ts'

const SERVE = fileURLToPath(new URL('../../src/testing/serve.ts', import.meta.url))

let folder: string
let clusters: Cluster[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-cluster-'))
  chmodSync(folder, 0o711)
  clusters = []
})

afterEach(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()))
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await startCluster({
    dataDirectory: join(folder, 'data'),
    logFile: join(folder, 'postgres.log'),
    password: "it's 100% secret",
    durable: false,
    ...options,
  })
  clusters.push(cluster)
  return cluster
}

async function query(url: string, text: string): Promise<postgres.Row[]> {
  const client = postgres(url, { max: 1, fetch_types: false })
  try {
    return await client.unsafe(text)
  } finally {
    await client.end({ timeout: 1 })
  }
}

function postmasterId(cluster: Cluster): number {
  return Number.parseInt(readFileSync(join(cluster.dataDirectory, 'postmaster.pid'), 'utf8'), 10)
}

describe('startCluster', () => {
  test('makes a UTF-8 cluster with the built-in locale, in UTC, on loopback only', async () => {
    const cluster = await start()
    const [row] = await query(
      cluster.url(),
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
         datlocale as locale, current_setting('TimeZone') as zone,
         current_setting('listen_addresses') as addresses,
         current_setting('password_encryption') as encryption
       from pg_database where datname = current_database()`,
    )
    expect(row).toEqual({
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      zone: 'UTC',
      addresses: '127.0.0.1',
      encryption: 'scram-sha-256',
    })
  })

  test('knows the time zones of organizations', async () => {
    const cluster = await start()
    const [row] = await query(
      cluster.url(),
      `select extract(hour from timestamptz '2026-07-01 12:00Z' at time zone 'Europe/Berlin') as hour`,
    )
    expect(row).toEqual({ hour: '14' })
  })

  test('refuses a wrong password', async () => {
    const cluster = await start()
    const url = new URL(cluster.url())
    url.password = 'wrong'
    await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })

  test('finds its rows again after a stop', async () => {
    const first = await start()
    await query(first.url(), 'create table kept as select 7 as value')
    await first.stop()
    const second = await start()
    expect(await query(second.url(), 'select value from kept')).toEqual([{ value: 7 }])
  })

  test('takes over from a server that was left running', async () => {
    const notes: string[] = []
    const left = await start()
    await query(left.url(), 'create table kept as select 7 as value')
    const next = await start({ onNote: (note) => notes.push(note) })
    await left.exited
    expect(await query(next.url(), 'select value from kept')).toEqual([{ value: 7 }])
    expect(notes.join()).toContain('left over from an earlier start')
  })

  test('recovers committed rows after the server was killed', async () => {
    const killed = await start({ durable: true })
    await query(killed.url(), 'create table kept as select 7 as value')
    process.kill(postmasterId(killed), 'SIGKILL')
    await killed.exited
    const next = await start({ durable: true })
    expect(await query(next.url(), 'select value from kept')).toEqual([{ value: 7 }])
  })

  test('gives an existing cluster the new password', async () => {
    await (await start()).stop()
    const cluster = await start({ password: 'another' })
    expect(await query(cluster.url(), 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('says which port is taken, with the end of the log', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await vi.waitFor(() => expect(server.listening).toBe(true))
    const { port } = server.address() as AddressInfo
    await expect(start({ port })).rejects.toThrow(
      new RegExp(`did not start on port ${port}[^]*could not bind`),
    )
    server.close()
  })

  test('ends when the process that started it is killed', async () => {
    const owner = spawn(process.execPath, ['--import', 'tsx', SERVE], { stdio: 'pipe' })
    const url = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    })
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    owner.kill('SIGKILL')
    await vi.waitFor(() => expect(query(url, 'select 1')).rejects.toThrow('ECONNREFUSED'), 10_000)
  })
})
