import { setTimeout as delay } from 'node:timers/promises'
import { createBatcher, type BatchFailure } from '../../src/db/batcher.ts'
import { createTraffic, type Traffic } from '../../src/db/traffic.ts'

export interface Item {
  organization: string
  number: number
}
export type Row = Item & { batch: number }

export class Fault extends Error {
  readonly failure: BatchFailure
  constructor(failure: BatchFailure) {
    super(failure)
    this.failure = failure
  }
}

/** Two statements at a time, and as many more beside slow ones. */
export const twoOfFour = () => createTraffic(['a', 'b', 'c', 'd'], 2)

/** A batcher over a statement that answers when the test says so. */
export function batcherWith(options: {
  statement(items: Item[], batch: number, connection: string): Promise<void> | void
  maximumItems?: number
  maximumQueued?: number
  traffic?: Traffic<string>
}) {
  const batches: Item[][] = []
  const batcher = createBatcher<Item, Row, string>({
    async run(items, connection) {
      const batch = batches.push(items) - 1
      await options.statement(items, batch, connection)
      return items.map((item) => ({ ...item, batch }))
    },
    groupOf: (item) => item.organization,
    failureOf: (error) => (error instanceof Fault ? error.failure : 'item'),
    describeFailure: (error) => error,
    traffic: options.traffic ?? twoOfFour(),
    maximumItems: options.maximumItems ?? 4,
    maximumQueued: options.maximumQueued ?? 1000,
  })
  return { batcher, batches }
}

export const item = (organization: string, number: number): Item => ({ organization, number })
export const tick = () => delay(1)
