import type { Metrics } from '../observability.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import { batchFailureOf, describeDatabaseFailure, mayTryAgain } from './failures.ts'

const MAXIMUM_BATCH_ITEMS = 256
const MAXIMUM_QUEUED_CALLS = 10_000
const MAXIMUM_ATTEMPTS = 3

/** A batcher for a function of the database that takes arrays and answers one row an item. */
export function createOrderedBatcher<
  Item extends { organizationId: string },
  Row extends { item: number },
>(
  name: string,
  metrics: Metrics,
  statement: (items: Item[]) => Promise<Row[]>,
): Batcher<Item, Row> {
  const batchItems = metrics.batchItems.labels(name)
  const batchSeconds = metrics.batchSeconds.labels(name)
  const batcher = createBatcher<Item, Row>({
    run: (items) => inOrder(() => statement(items)),
    groupOf: (item) => item.organizationId,
    failureOf: batchFailureOf,
    describeFailure: describeDatabaseFailure,
    maximumItems: MAXIMUM_BATCH_ITEMS,
    maximumQueued: MAXIMUM_QUEUED_CALLS,
    onBatch(items, seconds) {
      batchItems.observe(items)
      batchSeconds.observe(seconds)
    },
  })
  metrics.queuedBy.set(name, () => batcher.queued)
  return batcher
}

async function inOrder<Row extends { item: number }>(send: () => Promise<Row[]>): Promise<Row[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return ordered(await send())
    } catch (error) {
      if (attempt >= MAXIMUM_ATTEMPTS || !mayTryAgain(error)) throw error
    }
  }
}

/** The functions answer in order; a planner could sort otherwise some day. */
function ordered<Row extends { item: number }>(result: Row[]): Row[] {
  // Rows leave the driver's result, which the garbage collector finds dead only very late.
  const rows = result.splice(0)
  const isOrdered = rows.every(({ item }, index) => item === index + 1)
  return isOrdered ? rows : rows.sort((left, right) => left.item - right.item)
}
