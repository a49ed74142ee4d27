import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import { WebSocket } from 'ws'
import { createGraphqlClient } from '@/app/graphql/client.ts'
import { balanceFrom, type BalanceRow } from '@/features/credits/balance.ts'
import CreditsBalance from '@/features/credits/components/CreditsBalance.vue'
import { useCreditBalance } from '@/features/credits/store.ts'
import { useConnection } from '@/shared/connection.ts'
import { memberSchema, startGraphqlServer } from '../support/graphql-server.ts'
import { mountInApp } from '../support/mount.ts'
import { mintingTokens } from '../support/tokens.ts'
import { until } from '../support/wait.ts'

const row = (changes: Partial<BalanceRow> = {}): BalanceRow => ({
  organization_id: '00000000-0000-7000-8000-000000000001',
  monthly_credits: 400,
  bonus_credits: 0,
  reserved_credits: 0,
  debt_credits: 0,
  posted_credits: 400,
  available_credits: 400,
  used_this_period: 100,
  period_start: '2026-11-01T00:00:00+00:00',
  period_end: '2026-12-01T00:00:00+00:00',
  ...changes,
})

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('available, held and posted are told apart', () => {
  const balance = balanceFrom(row({ reserved_credits: 2.5, available_credits: 397.5 }))
  expect(balance).toMatchObject({ available: 397.5, held: 2.5, posted: 400 })
})

test.each([
  [200, 'good'],
  [100.01, 'good'],
  [100, 'low'],
  [50.01, 'low'],
  [50, 'critical'],
  [0.25, 'critical'],
  [0, 'empty'],
  [-2, 'empty'],
] as const)('%d of 500 is %s', (available, level) => {
  const used = 500 - available
  const counts = { posted_credits: available, available_credits: available, used_this_period: used }
  expect(balanceFrom(row(counts)).level).toBe(level)
})

test('a top-up refills the bar: the whole is what the period had', () => {
  const balance = balanceFrom(
    row({ posted_credits: 900, available_credits: 900, used_this_period: 100 }),
  )
  expect(balance.availableShare).toBe(0.9)
})

test('each live result replaces the one before', async () => {
  let current = row()
  const server = await startGraphqlServer(
    { organization_credit_balances: () => [current] },
    memberSchema(),
  )
  closers.push(server.stop)
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
  closers.push(dispose)
  setActivePinia(createPinia())
  const store = useCreditBalance()
  closers.push(store.follow(client))
  expect(store.hasAnswered).toBe(false)
  await until(() => store.balance?.available === 400, 'first balance')
  current = row({ reserved_credits: 2, available_credits: 398 })
  server.publish()
  await until(() => store.balance?.held === 2, 'hold')
  expect(store.balance).toMatchObject({ available: 398, posted: 400 })
})

test('the widget names each number, says how low it is, and whether it is live', async () => {
  const wrapper = mountInApp(CreditsBalance)
  const store = useCreditBalance()
  const connection = useConnection()
  expect(wrapper.find('[role=status]').attributes('aria-label')).toBe('Loading the balance')
  store.follow({
    subscription: () => ({
      subscribe(next: (result: unknown) => void) {
        const low = { posted_credits: 60, available_credits: 58, reserved_credits: 2 }
        next({ data: { organization_credit_balances: [row({ ...low, used_this_period: 440 })] } })
        return { unsubscribe() {} }
      },
    }),
  } as never)
  connection.reportSocket('open')
  await nextTick()
  const group = (name: string) =>
    wrapper.get(`[aria-labelledby=credits-${name}]`).text().replaceAll(/\s+/g, ' ')
  expect(group('available')).toBe('58 available')
  expect(group('held')).toBe('2 held')
  expect(group('posted')).toBe('60 posted')
  expect(wrapper.text()).toContain('Low: 20 % or less left')
  expect(wrapper.text()).toContain('Live')
  connection.reportSocket('closed')
  await nextTick()
  expect(wrapper.text()).toContain('Reconnecting')
  expect(wrapper.text()).toContain('58')
  wrapper.unmount()
})
