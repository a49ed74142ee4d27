// @vitest-environment node
import { expect, test } from 'vitest'
import { createIdempotencyKeys, randomKey } from '@/shared/idempotency-keys.ts'

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  }
}

test('the same request keeps its key until it is decided, over a reload too', () => {
  const storage = memory()
  const request = { text: 'a' }
  const key = createIdempotencyKeys(storage).keyFor('run', request)
  const afterReload = createIdempotencyKeys(storage)
  expect(afterReload.keyFor('run', request)).toBe(key)
  afterReload.forget('run', request)
  expect(afterReload.keyFor('run', request)).not.toBe(key)
})

test('another input, operation or scope has another key', () => {
  const keys = createIdempotencyKeys(memory())
  const all = [
    keys.keyFor('run', { scope: 'one', text: 'a' }),
    keys.keyFor('run', { scope: 'one', text: 'b' }),
    keys.keyFor('run', { scope: 'two', text: 'a' }),
    keys.keyFor('polish', { scope: 'one', text: 'a' }),
  ]
  expect(new Set(all).size).toBe(4)
})

test('keys are random and fit the server (at most 200 characters)', () => {
  expect(randomKey()).toMatch(/^[0-9a-f]{32}$/)
  expect(randomKey()).not.toBe(randomKey())
})
