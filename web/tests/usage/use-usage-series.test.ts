import { afterEach, expect, test } from 'vitest'
import { ref, shallowRef } from 'vue'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import { quotaCards } from '@/features/usage/quota-usage.ts'
import type { UsageFilter } from '@/features/usage/usage-filter.ts'
import { TOTAL_KEY } from '@/features/usage/usage-series.ts'
import { useUsageSeries } from '@/features/usage/use-usage-series.ts'
import { memberSchema, startGraphqlServer } from '../support/graphql-server.ts'
import { runInApp } from '../support/mount.ts'
import { mintingTokens } from '../support/tokens.ts'
import { until } from '../support/wait.ts'

const schema = memberSchema()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(rows: object[], filter: UsageFilter, onlyUserId: string | null = null) {
  const asked: object[] = []
  const server = await startGraphqlServer(
    {
      usage_series: ({ args }: { args: object }) => {
        asked.push(args)
        return rows
      },
    } as never,
    schema,
  )
  const { client, dispose } = createGraphqlClient({
    url: server.url,
    webSocketUrl: server.webSocketUrl,
    webSocketImplementation: WebSocket,
    tokens: mintingTokens({
      lifetimeMilliseconds: 60_000,
      onMint: (token) => server.validTokens.add(token),
    }),
    reports: { socket: () => {}, subscriptionInterrupted: () => {}, requestFailed: () => {} },
  })
  const changes = ref(0)
  const chosen = shallowRef(filter)
  const { result: series, unmount } = runInApp(
    () =>
      useUsageSeries({
        organizationId: ref('org'),
        filter: chosen,
        onlyUserId: ref(onlyUserId),
        changes,
      }),
    client,
  )
  closers.push(server.stop, dispose, unmount)
  await until(() => series.points.value !== null, 'first answer')
  return { series, asked, changes, chosen }
}

const row = (
  day: string,
  key: string | null,
  amount: number,
  level_amount: number | null = null,
) => ({
  day,
  key,
  label: key && `Name of ${key}`,
  amount,
  level_amount,
})

test('the filter is asked for, every day is kept, and changes ask again', async () => {
  const rows = [row('2026-11-01', 'polish', 0), row('2026-11-02', 'polish', 2)]
  const filter = { days: 7, split: 'capability', meter: 'credits' } as const
  const { series, asked, changes, chosen } = await open(rows, filter)
  expect(asked).toEqual([
    { organization_id: 'org', days: 7, meter: 'credits', breakdown: 'capability' },
  ])
  expect(series.days.value).toEqual(['2026-11-01', '2026-11-02'])
  expect(series.points.value?.[1]).toMatchObject({
    key: 'polish',
    label: 'Name of polish',
    amount: 2,
  })
  changes.value++
  await until(() => asked.length === 2, 'asked again')
  chosen.value = { ...filter, split: 'total' }
  await until(() => asked.length === 3, 'asked for the total')
  expect(asked[2]).toMatchObject({ breakdown: 'none' })
  expect(series.points.value?.every(({ key }) => key === TOTAL_KEY)).toBe(true)
})

test('a member who asks for the own use sees nobody else, and no days are lost by that', async () => {
  const rows = [
    row('2026-11-01', 'mio', 1),
    row('2026-11-02', null, 5),
    row('2026-11-02', 'other', 9),
  ]
  const filter = { days: 7, split: 'member', meter: 'credits' } as const
  const { series } = await open(rows, filter, 'mio')
  expect(series.points.value?.map(({ key }) => key)).toEqual(['mio'])
  expect(series.days.value).toHaveLength(2)
})

test('of what is stored, the chart takes what was there and not what changed', async () => {
  const filter = { days: 7, split: 'total', meter: 'storage_bytes' } as const
  const { series } = await open([row('2026-11-01', null, -5, 100)], filter)
  expect(series.points.value?.[0]?.amount).toBe(100)
})

test('a quota is the own one where that is the closest limit, else that of all', () => {
  const position = (meter_id: string, limit: number | null, used: number, level = 'plan') => ({
    meter_id,
    user_id: null,
    name: meter_id,
    unit: 'minutes',
    kind: 'flow',
    scope: 'organization',
    level,
    period: 'month',
    resets_at: null,
    limit_amount: limit,
    used_amount: used,
    held_amount: 0,
    is_hard: true,
  })
  const ofOne = (...row: Parameters<typeof position>) => ({ ...position(...row), scope: 'user' })
  const shared = [position('minutes', null, 0), position('letters', 9, 4), position('mails', 9, 8)]
  const own = [
    ofOne('minutes', 100, 7),
    ofOne('letters', 3, 3, 'member_cap'),
    position('mails', 9, 8),
  ]
  expect(
    quotaCards(shared, own).map((card) => [card.meterId, card.own, card.limit, card.used]),
  ).toEqual([
    ['minutes', 'plan', 100, 7],
    ['letters', 'member_cap', 3, 3],
    ['mails', null, 9, 8],
  ])
})
