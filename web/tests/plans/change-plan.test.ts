import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useChangePlan } from '@/features/plans/use-change-plan.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { runInApp } from '../support/mount.ts'

interface Input {
  plan_id: string
  idempotency_key: string
}

const closers: (() => unknown)[] = []
let sent: Input[]
let undone: string[]
let answer: () => object
let went: string[]

beforeEach(() => {
  sessionStorage.clear()
  sent = []
  undone = []
  went = []
  vi.spyOn(window.location, 'assign').mockImplementation((url) => void went.push(String(url)))
})
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of closers.splice(0).reverse()) await close()
})

const change = (status: string, columns: object = {}) => ({
  status,
  plan_id: 'pro',
  pending_plan_id: null,
  effective_at: null,
  checkout_url: null,
  adjusted_credits: 0,
  available_credits: 500,
  message: '',
  ...columns,
})

async function open() {
  const { client, stop } = await startGraphql({
    change_plan: ({ input }: { input: Input }) => {
      sent.push(input)
      return answer()
    },
    undo_plan_change: ({ idempotency_key }: { idempotency_key: string }) => {
      undone.push(idempotency_key)
      return answer()
    },
  })
  const { result, unmount } = runInApp(() => useChangePlan({ scope: 'olga:org' }), client)
  closers.push(stop, unmount)
  return result
}

test('a change that is made answers what it did', async () => {
  answer = () => change('changed', { adjusted_credits: 1500 })
  const plans = await open()
  expect(await plans.change('team')).toMatchObject({ status: 'changed', adjusted_credits: 1500 })
  expect(plans.isChanging.value).toBe(false)
})

test('the first paid plan is paid for on the page of the provider', async () => {
  answer = () => change('checkout_required', { checkout_url: 'https://checkout.example/sub' })
  const plans = await open()
  expect(await plans.change('pro')).toBeNull()
  expect(went).toEqual(['https://checkout.example/sub'])
  expect(plans.isChanging.value).toBe(true)
})

test('a decline is told, changes nothing, and the next attempt is a new request', async () => {
  answer = () => {
    throw refusal('payment_failed', { reason: 'The card was declined.' })
  }
  const plans = await open()
  expect(await plans.change('team')).toBeNull()
  expect(plans.problem.value).toMatchObject({ code: 'payment_failed' })
  await plans.change('team')
  expect(sent[1]!.idempotency_key).not.toBe(sent[0]!.idempotency_key)
})

test('pressing again after a lost answer is the same request, for changes and for taking back', async () => {
  answer = () => {
    throw refusal('unexpected')
  }
  const plans = await open()
  await plans.change('team')
  await plans.change('team')
  expect(sent[1]!.idempotency_key).toBe(sent[0]!.idempotency_key)
  expect(await plans.undo()).toBe(false)
  answer = () => change('undone')
  expect(await plans.undo()).toBe(true)
  expect(undone[1]).toBe(undone[0])
})
