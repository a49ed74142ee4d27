import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBatcher } from '../../src/db/batcher.ts'
import { AppError } from '../../src/errors.ts'
import {
  batcherWith,
  Fault,
  item,
  tick,
  twoOfFour,
  type Item,
  type Row,
} from '../support/batchers.ts'

describe('batches', () => {
  it('sends a lone call at once and gathers what arrives while it is in flight', async () => {
    const { batcher, batches } = batcherWith({ statement: tick, maximumItems: 100 })
    const first = batcher.call(item('a', 0))
    await Promise.resolve()
    const others = [1, 2, 3].map((number) => batcher.call(item('a', number)))
    await Promise.all([first, ...others])
    expect(batches.map((batch) => batch.length)).toEqual([1, 3])
  })

  it('sends a large batch of several organizations as two statements at once, none in both', async () => {
    let running = 0
    let together = 0
    const { batcher, batches } = batcherWith({
      async statement() {
        together = Math.max(together, (running += 1))
        await tick()
        running -= 1
      },
      maximumItems: 1000,
    })
    const calls = Array.from({ length: 160 }, (_, number) => item(`org-${number % 10}`, number))
    const rows = await Promise.all(calls.map((one) => batcher.call(one)))
    rows.forEach((row, number) => expect(row).toMatchObject({ number }))
    expect(batches.map((batch) => batch.length)).toEqual([80, 80])
    expect(together).toBe(2)
    const [one, other] = batches.map((batch) => new Set(batch.map((each) => each.organization)))
    expect([...one!].filter((organization) => other!.has(organization))).toEqual([])
  })

  it.each([
    ['of one organization', (): string => 'a', 200],
    ['mostly of one', (number: number) => (number < 190 ? 'a' : 'b'), 200],
    ['that is small', (number: number) => String(number), 31],
  ])('sends a batch %s as one statement', async (_what, organizationOf, size) => {
    const { batcher, batches } = batcherWith({ statement: tick, maximumItems: 1000 })
    const calls = Array.from({ length: size }, (__, number) => item(organizationOf(number), number))
    await Promise.all(calls.map((one) => batcher.call(one)))
    expect(batches.map((batch) => batch.length)).toEqual([size])
  })

  it('gives every caller its own row, in order within an organization, however calls are spread', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ organization: fc.constantFrom('a', 'b', 'c'), pause: fc.boolean() }), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 8 }),
        async (calls, maximumItems) => {
          const { batcher, batches } = batcherWith({
            statement: () => Promise.resolve(),
            maximumItems,
          })
          const answers: Promise<Row>[] = []
          for (const [number, { organization, pause }] of calls.entries()) {
            answers.push(batcher.call(item(organization, number)))
            if (pause) await new Promise(setImmediate)
          }
          const rows = await Promise.all(answers)
          rows.forEach((row, number) => {
            expect(row).toMatchObject({ organization: calls[number]?.organization, number })
          })
          const sent = batches.flat()
          expect(sent).toHaveLength(calls.length)
          for (const organization of ['a', 'b', 'c']) {
            const numbers = sent
              .filter((one) => one.organization === organization)
              .map((one) => one.number)
            expect(numbers).toEqual(numbers.toSorted((left, right) => left - right))
          }
          expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(
            maximumItems,
          )
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('limits', () => {
  it('refuses a call beyond the bound of the queue (overloaded)', async () => {
    const { batcher } = batcherWith({ statement: tick, maximumQueued: 2 })
    const accepted = [batcher.call(item('a', 0)), batcher.call(item('a', 1))]
    await expect(batcher.call(item('a', 2))).rejects.toMatchObject({
      code: 'overloaded',
      details: { retry_after_seconds: 1 },
    })
    await Promise.all(accepted)
  })

  it('lets organizations take turns when a batch cannot hold all', async () => {
    const { batcher, batches } = batcherWith({ statement: tick, maximumItems: 4 })
    const answers = [batcher.call(item('first', 0))]
    await Promise.resolve()
    for (let number = 1; number <= 20; number++) answers.push(batcher.call(item('flood', number)))
    for (const quiet of ['b', 'c']) answers.push(batcher.call(item(quiet, 0)))
    await Promise.all(answers)
    const second = batches[1]?.map(({ organization }) => organization) ?? []
    expect(second.toSorted()).toEqual(['b', 'c', 'flood', 'flood'])
  })
})

describe('failures', () => {
  it('fails the bad items alone and answers all their neighbours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 64 }),
        async (bad, maximumItems) => {
          const { batcher } = batcherWith({
            maximumItems,
            statement: async (items) => {
              await Promise.resolve()
              if (items.some(({ number }) => bad.includes(number))) throw new Fault('item')
            },
          })
          const answers = await Promise.allSettled(
            Array.from({ length: 40 }, (_, number) => batcher.call(item('a', number))),
          )
          const failed = answers.flatMap(({ status }, number) =>
            status === 'rejected' ? [number] : [],
          )
          expect(failed).toEqual(bad.toSorted((left, right) => left - right))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('sends organizations one by one when one of them cannot be locked', async () => {
    const { batcher } = batcherWith({
      maximumItems: 100,
      statement: async (items) => {
        await Promise.resolve()
        if (items.some(({ organization }) => organization === 'held')) throw new Fault('group')
      },
    })
    const answers = await Promise.allSettled(
      ['a', 'held', 'b', 'held', 'a'].map((organization, number) =>
        batcher.call(item(organization, number)),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })

  it('fails all together in an outage, without trying the items one by one', async () => {
    const { batcher, batches } = batcherWith({
      statement: () => Promise.reject(new Fault('all')),
    })
    const answers = await Promise.allSettled(
      [0, 1, 2].map((number) => batcher.call(item('a', number))),
    )
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true)
    expect(batches).toHaveLength(1)
  })

  it('takes an answer with too few rows for a failure', async () => {
    const batcher = createBatcher<Item, Row, string>({
      run: () => Promise.resolve([]),
      groupOf: (one) => one.organization,
      failureOf: () => 'all',
      describeFailure: (error) => error,
      traffic: twoOfFour(),
      maximumItems: 4,
      maximumQueued: 10,
    })
    await expect(batcher.call(item('a', 0))).rejects.toThrow('answered with 0 rows')
  })

  it('lets other organizations overtake a batch that waits for a lock', async () => {
    let letGo: () => void = () => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const { batcher } = batcherWith({
      statement: (items) => (items[0]?.organization === 'held' ? held : Promise.resolve()),
    })
    const waiting = batcher.call(item('held', 0))
    await tick()
    const waitingToo = batcher.call(item('held', 1))
    for (const number of [1, 2, 3]) {
      await expect(batcher.call(item('free', number))).resolves.toMatchObject({ number })
    }
    letGo()
    await expect(Promise.all([waiting, waitingToo])).resolves.toHaveLength(2)
  })
})

describe('drain', () => {
  it('answers what was accepted and refuses what comes later', async () => {
    const { batcher } = batcherWith({ statement: tick, maximumItems: 2 })
    let answered = 0
    for (let number = 0; number < 5; number++) {
      void batcher.call(item('a', number)).then(() => (answered += 1))
    }
    const drained = batcher.drain()
    await expect(batcher.call(item('a', 9))).rejects.toBeInstanceOf(AppError)
    await drained
    expect(answered).toBe(5)
  })

  it('ends at once when nothing is in flight', async () => {
    await expect(batcherWith({ statement: tick }).batcher.drain()).resolves.toBeUndefined()
  })
})
