import { afterEach, expect, test } from 'vitest'
import { shallowRef } from 'vue'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import type { HistoryFilter } from '@/features/credit-history/history-filter.ts'
import { useCreditHistory } from '@/features/credit-history/use-credit-history.ts'
import { useConnection } from '@/shared/connection.ts'
import { ledgerWith } from '../support/ledger.ts'
import { memberSchema, startGraphqlServer } from '../support/graphql-server.ts'
import { runInApp } from '../support/mount.ts'
import { mintingTokens } from '../support/tokens.ts'
import { until } from '../support/wait.ts'

const schema = memberSchema()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(options: { rows: number; pageRows: number; filter?: HistoryFilter }) {
  const ledger = ledgerWith(options.rows)
  const server = await startGraphqlServer({ credit_transactions: ledger.select as never }, schema)
  const { client, dispose } = createGraphqlClient({
    url: server.url,
    webSocketUrl: server.webSocketUrl,
    webSocketImplementation: WebSocket,
    tokens: mintingTokens({
      lifetimeMilliseconds: 60_000,
      onMint: (token) => server.validTokens.add(token),
    }),
    reports: {
      socket: () => {},
      subscriptionInterrupted: () => {},
      requestFailed: () => {},
    },
  })
  const filter = shallowRef(options.filter ?? { type: null, capability: null })
  const { result: history, unmount } = runInApp(
    () => useCreditHistory(filter, { pageRows: options.pageRows }),
    client,
  )
  closers.push(server.stop, dispose, unmount)
  await until(() => history.hasLoaded.value || history.failure.value !== null, 'first page')
  const sequences = () => history.entries.value.map((entry) => entry.sequence)
  const append = (type = 'ai_consumption') => {
    ledger.append(type)
    server.publish()
  }
  return { ledger, server, history, filter, sequences, append }
}

test('pages go back by sequence, newest first, without gaps or doubles', async () => {
  const { history, sequences } = await open({ rows: 5, pageRows: 2 })
  expect(sequences()).toEqual([5, 4])
  expect(history.hasMore.value).toBe(true)
  history.loadMore()
  await until(() => sequences().length === 4, 'second page')
  history.loadMore()
  await until(() => sequences().length === 5, 'last page')
  expect(sequences()).toEqual([5, 4, 3, 2, 1])
  expect(history.hasMore.value).toBe(false)
})

test('exactly one page: there is no more to load', async () => {
  const { history } = await open({ rows: 2, pageRows: 2 })
  expect(history.hasMore.value).toBe(false)
})

test('rows that arrive live come on top and shift no page', async () => {
  const { history, sequences, append } = await open({ rows: 4, pageRows: 2 })
  append()
  await until(() => sequences()[0] === 5, 'live row')
  history.loadMore()
  await until(() => sequences().length === 5, 'second page')
  expect(sequences()).toEqual([5, 4, 3, 2, 1])
  expect(history.liveArrivals.value).toBe(1)
})

test('what arrived while the connection was lost is there afterwards, once', async () => {
  const { server, ledger, sequences, append } = await open({ rows: 1, pageRows: 5 })
  append()
  await until(() => sequences()[0] === 2, 'live row')
  ledger.append('refund')
  server.terminateSockets()
  await until(() => sequences()[0] === 3, 'row of the gap')
  expect(sequences()).toEqual([3, 2, 1])
})

test('the first row of an empty ledger arrives live', async () => {
  const { sequences, append } = await open({ rows: 0, pageRows: 5 })
  expect(sequences()).toEqual([])
  append()
  await until(() => sequences().length === 1, 'first row')
})

test('another filter starts anew, and live rows obey it', async () => {
  const { filter, sequences, append } = await open({ rows: 3, pageRows: 5 })
  filter.value = { type: 'refund', capability: null }
  await until(() => sequences().length === 0, 'filtered page')
  append('ai_consumption')
  append('refund')
  await until(() => sequences().length === 1, 'live refund')
  expect(sequences()).toEqual([5])
})

test('a page that failed is loaded once the connection is back', async () => {
  const { ledger, history, filter } = await open({ rows: 2, pageRows: 5 })
  ledger.failWith('unexpected')
  filter.value = { type: null, capability: 'question_generation' }
  await until(() => history.failure.value?.code === 'unexpected', 'failure')
  ledger.failWith(null)
  useConnection().retryNow()
  await until(() => history.hasLoaded.value, 'page after recovery')
  expect(history.failure.value).toBeNull()
  expect(history.entries.value).toHaveLength(2)
})
