import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { placeCluster } from '../../src/postgres/placement.ts'
import type { Placement } from '../../src/postgres/placement.ts'

const isRoot = process.getuid?.() === 0

let folder: string
let wanted: string
const elsewhere = new Set<string>()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'purser-placement-'))
  wanted = join(folder, 'data/postgres')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const path of elsewhere) rmSync(path, { recursive: true, force: true })
})

function place(): Placement {
  const placement = placeCluster(wanted)
  if (!placement.dataDirectory.startsWith(folder)) elsewhere.add(dirname(placement.dataDirectory))
  return placement
}

test('a folder that can be entered holds the data itself', () => {
  chmodSync(folder, 0o711)
  const { dataDirectory, notes } = place()
  expect(dataDirectory).toBe(wanted)
  expect(notes.filter((note) => note.includes('data'))).toEqual([])
  expect(existsSync(wanted)).toBe(true)
})

// Anybody else runs PostgreSQL under his own account, which can enter his own folders.
describe.runIf(isRoot)('as root, in a folder that only root may enter', () => {
  test('the data is elsewhere, which is said, and is found there again', () => {
    const { dataDirectory, notes } = place()
    expect(dataDirectory).toMatch(/^\/var\/tmp\/purser-[0-9a-f]{12}\/data$/)
    expect(notes.join()).toContain(dataDirectory)
    writeFileSync(join(dataDirectory, 'PG_VERSION'), '18')
    chmodSync(folder, 0o711)
    expect(place().dataDirectory).toBe(dataDirectory)
    expect(existsSync(join(dataDirectory, 'PG_VERSION'))).toBe(true)
  })

  test('whoever removes the folder does not meet the old data again', () => {
    const { dataDirectory } = place()
    writeFileSync(join(dataDirectory, 'PG_VERSION'), '18')
    rmSync(wanted, { recursive: true })
    expect(place().dataDirectory).toBe(dataDirectory)
    expect(existsSync(join(dataDirectory, 'PG_VERSION'))).toBe(false)
  })

  test('data that became unreachable is not silently replaced by none', () => {
    mkdirSync(wanted, { recursive: true })
    writeFileSync(join(wanted, 'PG_VERSION'), '18')
    expect(place).toThrow('cannot get to its data')
  })
})
