import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { usePurchaseCredits } from '@/features/top-ups/use-purchase-credits.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { runInApp } from '../support/mount.ts'

interface Input {
  package_id: string
  idempotency_key: string
  return_path: string
}

const closers: (() => unknown)[] = []
let sent: Input[]
let answer: (input: Input) => object
let went: string[]

beforeEach(() => {
  sessionStorage.clear()
  sent = []
  went = []
  vi.spyOn(window.location, 'assign').mockImplementation((url) => void went.push(String(url)))
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers.splice(0).reverse()) await close()
})

const checkout = (url: string) => ({
  purchase_id: '019aa000-0000-7000-8000-000000000001',
  status: 'open',
  url,
})

async function open(scope = 'olga:org') {
  const { client, stop } = await startGraphql({
    purchase_credits: ({ input }: { input: Input }) => {
      sent.push(input)
      return answer(input)
    },
  })
  const { result, unmount } = runInApp(() => usePurchaseCredits({ scope }), client)
  closers.push(stop, unmount)
  return result
}

test('a package is bought on the page of the provider, and the way back is named', async () => {
  answer = () => checkout('https://checkout.example/pay')
  const purchase = await open()
  await purchase.buy('topup_1000', '/history')
  expect(sent).toMatchObject([{ package_id: 'topup_1000', return_path: '/history' }])
  expect(went).toEqual(['https://checkout.example/pay'])
  expect(purchase.isBuying.value).toBe(true)
})

test('coming back by the browser’s own button makes the button usable again', async () => {
  answer = () => checkout('https://checkout.example/pay')
  const purchase = await open()
  await purchase.buy('topup_1000', '/')
  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(purchase.isBuying.value).toBe(false)
})

test('a click that got no answer and the one after it are one purchase', async () => {
  answer = () => {
    throw refusal('unexpected')
  }
  const purchase = await open()
  await purchase.buy('topup_1000', '/')
  expect(purchase.problem.value?.code).toBe('unexpected')
  answer = () => checkout('https://checkout.example/pay')
  await purchase.buy('topup_1000', '/')
  expect(sent[1]!.idempotency_key).toBe(sent[0]!.idempotency_key)
})

test('after a decision the next click is a new purchase', async () => {
  answer = () => {
    throw refusal('topup_not_allowed', { unlocked_by_plan: 'pro' })
  }
  const purchase = await open()
  await purchase.buy('topup_1000', '/')
  await purchase.buy('topup_1000', '/')
  expect(purchase.problem.value?.code).toBe('topup_not_allowed')
  expect(sent[1]!.idempotency_key).not.toBe(sent[0]!.idempotency_key)
  expect(went).toEqual([])
})

test('nothing but a web page is left for', async () => {
  answer = () => checkout('javascript:alert(1)')
  const purchase = await open()
  await purchase.buy('topup_1000', '/')
  expect(went).toEqual([])
  expect(purchase.isBuying.value).toBe(false)
})
