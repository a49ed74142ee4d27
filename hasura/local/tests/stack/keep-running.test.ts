import { describe, expect, test, vi } from 'vitest'
import { keepRunning } from '../../src/stack/keep-running.ts'
import type { Life } from '../../src/stack/keep-running.ts'

function mortalPromise() {
  const deaths: (() => void)[] = []
  const promise = new Promise<void>((resolve) => deaths.push(resolve))
  return { promise, die: () => deaths[0]?.() }
}

/** A part whose lives end when the test says. */
function mortal() {
  const events: string[] = []
  const deaths: (() => void)[] = []
  let failures = 0
  const start = async (): Promise<Life> => {
    if (failures > 0) {
      failures -= 1
      events.push('failed')
      throw new Error('not yet')
    }
    events.push('born')
    const { promise: exited, die } = mortalPromise()
    deaths.push(die)
    return {
      processId: undefined,
      exited,
      stop: async () => {
        events.push('stopped')
        die()
      },
    }
  }
  return {
    events,
    die: () => deaths.at(-1)?.(),
    failNext: (count: number) => (failures = count),
    options: {
      name: 'part',
      start,
      logTail: () => 'the end',
      onDied: (name: string, tail: string) => events.push(`${name} died: ${tail}`),
      onBack: (name: string) => events.push(`${name} back`),
    },
  }
}

describe('keepRunning', () => {
  test('starts a part again that died, and reports both', async () => {
    const part = mortal()
    const kept = await keepRunning(part.options)
    part.die()
    await vi.waitFor(() => expect(part.events).toContain('part back'), 3000)
    expect(part.events).toEqual(['born', 'part died: the end', 'born', 'part back'])
    await kept.stop()
  })

  test('goes on when starting again fails', async () => {
    const part = mortal()
    const kept = await keepRunning(part.options)
    part.failNext(1)
    part.die()
    await vi.waitFor(() => expect(part.events).toContain('part back'), 5000)
    expect(part.events.filter((event) => event === 'failed')).toHaveLength(1)
    await kept.stop()
  })

  test('a stop is no death', async () => {
    const part = mortal()
    const kept = await keepRunning(part.options)
    await kept.stop()
    expect(part.events).toEqual(['born', 'stopped'])
  })

  test('the very first failure is for a person', async () => {
    const part = mortal()
    part.failNext(1)
    await expect(keepRunning(part.options)).rejects.toThrow('not yet')
  })
})
