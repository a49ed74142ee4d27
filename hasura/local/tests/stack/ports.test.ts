import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findFreePort, reservePort } from '../../src/processes/ports.ts'
import { reservePorts } from '../../src/stack/ports.ts'
import type { Ports } from '../../src/stack/ports.ts'
import { LISTENING_PARTS, readStackSettings } from '../../src/stack/settings.ts'
import type { StackSettings } from '../../src/stack/settings.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  servers.push(server)
  await vi.waitFor(() => expect(server.listening).toBe(true))
  return (server.address() as AddressInfo).port
}

/** All parts on any free port, except what a test says. */
function settings(changes: Partial<StackSettings['ports']> = {}): StackSettings['ports'] {
  const any = readStackSettings({
    PURSER_WEB_PORT: '0',
    PURSER_API_PORT: '0',
    PURSER_HASURA_PORT: '0',
    PURSER_POSTGRES_PORT: '0',
    PURSER_MODEL_DOUBLE_PORT: '0',
    PURSER_STRIPE_DOUBLE_PORT: '0',
  }).ports
  return { ...any, ...changes }
}

/** The chosen ports; they are given back at once. */
async function choose(
  from: StackSettings['ports'],
  say: (line: string) => void = () => undefined,
): Promise<Ports> {
  const reserved = await reservePorts(from, say)
  await Promise.all(LISTENING_PARTS.map(reserved.release))
  return reserved.ports
}

describe('reservePorts', () => {
  test('gives every part a port of its own', async () => {
    const ports = await choose(settings())
    expect(new Set(Object.values(ports)).size).toBe(6)
  })

  test('takes the usual port while it is free', async () => {
    const preferred = await findFreePort()
    const api = { variable: 'PURSER_API_PORT', wanted: undefined, preferred }
    expect(await choose(settings({ api }))).toMatchObject({ api: preferred })
  })

  test('replaces a taken usual port, and says so with the names', async () => {
    const preferred = await takePort()
    const lines: string[] = []
    const api = { variable: 'PURSER_API_PORT', wanted: undefined, preferred }
    const ports = await choose(settings({ api }), (line) => lines.push(line))
    expect(ports.api).not.toBe(preferred)
    expect(lines).toEqual([
      `port ${preferred} is taken: api uses ${ports.api} (PURSER_API_PORT sets another)`,
    ])
  })

  test('refuses a taken port that was set by hand, naming the variable', async () => {
    const wanted = await takePort()
    const api = { variable: 'PURSER_API_PORT', wanted, preferred: 3000 }
    await expect(choose(settings({ api }))).rejects.toThrow(
      `PURSER_API_PORT=${wanted}: the port is taken`,
    )
  })

  test('refuses one port for two parts', async () => {
    const wanted = await findFreePort()
    const api = { variable: 'PURSER_API_PORT', wanted, preferred: 3000 }
    const web = { variable: 'PURSER_WEB_PORT', wanted, preferred: 5173 }
    await expect(choose(settings({ api, web }))).rejects.toThrow(
      `PURSER_WEB_PORT and PURSER_API_PORT are both ${wanted}`,
    )
  })

  test('a port set by hand wins over the same usual port of another part', async () => {
    const port = await findFreePort()
    const web = { variable: 'PURSER_WEB_PORT', wanted: undefined, preferred: port }
    const postgres = { variable: 'PURSER_POSTGRES_PORT', wanted: port, preferred: 5433 }
    const ports = await choose(settings({ web, postgres }))
    expect(ports.postgres).toBe(port)
    expect(ports.web).not.toBe(port)
  })
})

test('a reserved port is taken until its part may have it', async () => {
  const reserved = await reservePorts(settings(), () => undefined)
  expect(await reservePort(reserved.ports.api)).toBeUndefined()
  await reserved.release('api')
  const again = await reservePort(reserved.ports.api)
  expect(again?.port).toBe(reserved.ports.api)
  await again?.release()
  await Promise.all(LISTENING_PARTS.map(reserved.release))
})

describe('readStackSettings', () => {
  test.each(['65536', '-1', 'http', '3000.5', '123456'])('refuses the port %s', (text) => {
    expect(() => readStackSettings({ PURSER_API_PORT: text })).toThrow(
      `PURSER_API_PORT=${text} is not a port`,
    )
  })

  test('an empty variable is not set', () => {
    expect(readStackSettings({ PURSER_API_PORT: '' }).ports.api.wanted).toBeUndefined()
  })

  test('a relative data directory is one of the repository', () => {
    expect(readStackSettings({}).dataDirectory).toMatch(/[^/]\/\.local$/)
    expect(readStackSettings({ PURSER_DATA_DIR: '/elsewhere' }).dataDirectory).toBe('/elsewhere')
  })
})
