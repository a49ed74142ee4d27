import type { Metrics } from '../observability.ts'
import { arrayArguments, type ArrayParameter } from './array-parameters.ts'
import { createBatcher, type Batcher } from './batcher.ts'
import type { Database } from './client.ts'
import { batchFailureOf, describeDatabaseFailure, mayTryAgain } from './failures.ts'
import type { JoinedAnswer, JoinedRow } from './joined-answers.ts'
import type { Traffic } from './traffic.ts'

const MAXIMUM_BATCH_ITEMS = 256
const MAXIMUM_QUEUED_CALLS = 10_000
const MAXIMUM_ATTEMPTS = 3

/** A function of the schema private that takes arrays and answers one row an item, in order. */
export interface ArrayFunction<Item, Row> {
  name: string
  parameters: readonly ArrayParameter<Item>[]
  answer: JoinedAnswer<Row>
}

/** A batcher for such a function. */
export function createOrderedBatcher<Item extends { organizationId: string }, Row>(
  { name, parameters, answer }: ArrayFunction<Item, Row>,
  traffic: Traffic<Database>,
  metrics: Metrics,
): Batcher<Item, Row> {
  const batchItems = metrics.batchItems.labels(name)
  const batchSeconds = metrics.batchSeconds.labels(name)
  const given = arrayArguments(parameters)
  const statement = `select ${answer.columns} from private.${name}(${given.text})`
  // The same text each time, which the driver finds prepared: a template it would put together anew.
  const ask = (sql: Database, items: Item[]) =>
    sql.unsafe<JoinedRow[]>(statement, given.valuesOf(items), { prepare: true })
  const batcher = createBatcher<Item, Row, Database>({
    run: async (items, sql) =>
      answer.rowsOf(await persistently(() => ask(sql, items)), items.length),
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
