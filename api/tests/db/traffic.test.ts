import { describe, expect, it } from 'vitest'
import { batcherWith, item, tick, twoOfFour, type Item } from '../support/batchers.ts'

describe('traffic of two batchers', () => {
  /** Two batchers beside each other, whose statements say who is in flight. */
  function batchersWith(statement: (items: Item[]) => Promise<void>) {
    const flights = new Set<Set<string>>()
    let most = 0
    const traffic = twoOfFour()
    const one = () =>
      batcherWith({
        traffic,
        maximumItems: 64,
        async statement(items) {
          const groups = new Set(items.map(({ organization }) => organization))
          for (const other of flights)
            expect([...other].filter((each) => groups.has(each))).toEqual([])
          flights.add(groups)
          most = Math.max(most, flights.size)
          await statement(items)
          flights.delete(groups)
        },
      })
    return { first: one(), second: one(), most: () => most }
  }

  it('has two statements in flight and never an organization in both', async () => {
    const { first, second, most } = batchersWith(() => new Promise(setImmediate))
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      for (let turn = 0; turn < 20; turn += 1) {
        const organization = `org-${(caller * 7 + turn * 13) % 50}`
        const answer = await first.batcher.call(item(organization, caller))
        expect(answer).toMatchObject({ organization, number: caller })
        await second.batcher.call(item(organization, caller))
      }
    })
    await Promise.all(callers)
    expect(most()).toBe(2)
    expect(first.batches.flat()).toHaveLength(64 * 20)
    expect(second.batches.flat()).toHaveLength(64 * 20)
  })

  it('lets each have its turn, however much waits at the other', async () => {
    const order: string[] = []
    const traffic = twoOfFour()
    const called = (name: string) =>
      batcherWith({
        traffic,
        maximumItems: 2,
        async statement() {
          order.push(name)
          await new Promise(setImmediate)
        },
      }).batcher
    const [flood, quiet] = [called('flood'), called('quiet')]
    const answers = Array.from({ length: 20 }, (_, number) => flood.call(item('a', number)))
    answers.push(quiet.call(item('a', 0)))
    await Promise.all(answers)
    expect(order.indexOf('quiet')).toBe(1)
    expect(order).toHaveLength(11)
  })

  it('keeps an organization waiting at one while the other has it in flight', async () => {
    let letGo: () => void = () => undefined
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const { first, second } = batchersWith((items) =>
      items[0]?.organization === 'held' ? held : Promise.resolve(),
    )
    const holding = first.batcher.call(item('held', 0))
    await tick()
    const waiting = second.batcher.call(item('held', 1))
    await expect(second.batcher.call(item('free', 2))).resolves.toMatchObject({ number: 2 })
    expect(second.batches.flat().map(({ organization }) => organization)).toEqual(['free'])
    letGo()
    await Promise.all([holding, waiting])
    expect(second.batches.flat()).toHaveLength(2)
  })

  it('uses the connection that was used last, and never one for two statements', async () => {
    const busy = new Set<string>()
    const used: string[] = []
    const { batcher } = batcherWith({
      maximumItems: 64,
      async statement(_items, _batch, connection) {
        expect(busy).not.toContain(connection)
        busy.add(connection)
        used.push(connection)
        await new Promise(setImmediate)
        busy.delete(connection)
      },
    })
    for (let turn = 0; turn < 5; turn += 1) await batcher.call(item('a', turn))
    expect(new Set(used).size).toBe(1)
    // Of two groups that leave one after the other in one turn, each has its own.
    const first = batcher.call(item('a', 5))
    await Promise.resolve()
    await Promise.all([first, batcher.call(item('b', 6))])
    expect(new Set(used).size).toBe(2)
    await batcher.call(item('a', 7))
    expect(used.slice(5, 7)).toContain(used[7])
  })
})
