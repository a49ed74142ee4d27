import type { Metrics } from '../observability.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import { batchFailureOf, describeDatabaseFailure, mayTryAgain } from './failures.ts'
import type { JoinedAnswer, JoinedRow } from './joined-answers.ts'
import type { Traffic } from './traffic.ts'

const MAXIMUM_BATCH_ITEMS = 256
const MAXIMUM_QUEUED_CALLS = 10_000
const MAXIMUM_ATTEMPTS = 3

/** A batcher for a function of the database that takes arrays and answers one row an item. */
export function createOrderedBatcher<Item extends { organizationId: string }, Row>(
  name: string,
  metrics: Metrics,
  traffic: Traffic,
  answer: JoinedAnswer<Row>,
  statement: (items: Item[]) => Promise<JoinedRow[]>,
): Batcher<Item, Row> {
  const batchItems = metrics.batchItems.labels(name)
  const batchSeconds = metrics.batchSeconds.labels(name)
  const batcher = createBatcher<Item, Row>({
    run: async (items) => answer.rowsOf(await persistently(() => statement(items)), items.length),
    groupOf: (item) => item.organizationId,
    failureOf: batchFailureOf,
    describeFailure: describeDatabaseFailure,
    traffic,
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

async function persistently<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send()
    } catch (error) {
      if (attempt >= MAXIMUM_ATTEMPTS || !mayTryAgain(error)) throw error
    }
  }
}
