import type { Logger } from 'pino'
import { LiveQueries } from '../live-query/live-queries.ts'
import type { DescribeError } from '../live-query/poller.ts'
import { batchRunner, streamBatchRunner } from '../live-query/run-batch.ts'
import { Streams } from '../live-query/streams.ts'
import { TouchNotifier } from '../live-query/touch-notifier.ts'
import type { Settings } from '../settings.ts'
import type { Databases } from './database.ts'

export type Subscriptions = {
  liveQueries: LiveQueries
  streams: Streams
  schemaChanged(): void
  stop(): Promise<void>
}

type SubscriptionOptions = {
  databases: Databases
  settings: Settings
  logger: Logger
  describeError: DescribeError
}

export function createSubscriptions(options: SubscriptionOptions): Subscriptions {
  const { databases, settings, logger, describeError } = options
  const notifier = new TouchNotifier({
    sql: databases.notifications,
    data: databases.data,
    logger,
    isEnabled: settings.liveQueryNotifications,
  })
  const liveQueries = new LiveQueries({
    runBatch: batchRunner(databases.data),
    describeError,
    notifier,
    settings: settings.liveQueries,
  })
  const streams = new Streams({
    runBatch: streamBatchRunner(databases.data),
    describeError,
    notifier,
    settings: settings.streamingQueries,
  })
  return {
    liveQueries,
    streams,
    schemaChanged: () => {
      notifier.schemaChanged()
      liveQueries.refetchAll()
    },
    stop: async () => {
      liveQueries.stop()
      streams.stop()
      await notifier.stop()
    },
  }
}
