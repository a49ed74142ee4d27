import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner, callAction, codeOf } from '../support/actions.ts'
import { brokenInvariants, createOrganization } from '../support/organizations.ts'
import { BANK_DEBIT, payPurchase } from '../support/purchases.ts'
import {
  changePlan,
  control,
  payPage,
  previewPlan,
  standingOf,
  startBilledApi,
  type BilledApi,
} from '../support/subscriptions.ts'

let billed: BilledApi

beforeAll(async () => {
  billed = await startBilledApi()
})
afterAll(async () => {
  expect(await brokenInvariants(billed.api.sql)).toEqual([])
  await billed.stop()
})

/** An organization whose money for pro is on its way from the bank. */
async function waitingForBank() {
  const organization = await createOrganization(billed.api.sql, 'free')
  await payPurchase(await openPage(organization, 'pro'), BANK_DEBIT)
  await billed.stripe.outbox.idle()
  const { customer } = await standingOf(billed, organization)
  const intent = billed.stripe.account
    .list('payment_intent')
    .find((each) => each.customer === customer && each.status === 'processing')!
  async function settle(succeeds: boolean): Promise<void> {
    await control(billed.stripe, `payments/${intent.id}/settle`, { succeeds })
    await billed.stripe.outbox.idle()
  }
  return { organization, customer, settle }
}

/** Its address is `url`, as that of a page for credits. */
async function openPage(organization: { id: string; ownerId: string }, planId: string) {
  const answer = await changePlan(billed, organization, planId)
  return { ...answer, body: { url: answer.body['checkout_url'] } }
}

describe('while the first payment is on its way', () => {
  test('no other page is opened, and the preview says so (payment_processing)', async () => {
    const { organization, customer, settle } = await waitingForBank()
    for (const planId of ['pro', 'team']) {
      const refused = await changePlan(billed, organization, planId)
      expect(refused).toMatchObject({
        status: 409,
        body: {
          message: expect.stringContaining('The payment for Pro is on its way'),
          extensions: { code: 'payment_processing', plan_id: 'pro' },
        },
      })
      const session = asOwner(organization)
      const preview = await callAction(
        billed.api,
        'preview_plan_change',
        { plan_id: planId },
        session,
      )
      expect(codeOf(preview)).toBe('payment_processing')
    }
    expect(await previewPlan(billed, organization, 'free')).toMatchObject({ direction: 'none' })
    const pages = billed.stripe.account
      .list('checkout.session')
      .filter((each) => each.customer === customer)
    expect(pages).toHaveLength(1)
    await settle(true)
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'pro', posted: 500 })
    expect((await changePlan(billed, organization, 'team')).body).toMatchObject({
      status: 'changed',
    })
  })

  test('that then fails, another page is opened', async () => {
    const { organization, settle } = await waitingForBank()
    await settle(false)
    expect(await previewPlan(billed, organization, 'team')).toMatchObject({ direction: 'upgrade' })
    expect((await changePlan(billed, organization, 'team')).body).toMatchObject({
      status: 'checkout_required',
    })
  })
})

describe('a request that comes again with its key', () => {
  async function asked() {
    const organization = await createOrganization(billed.api.sql, 'free')
    const key = randomUUID()
    const ask = () => changePlan(billed, organization, 'pro', key)
    const first = await ask()
    expect(first.body).toMatchObject({ status: 'checkout_required' })
    return { organization, ask, first, url: first.body['checkout_url'] as string }
  }

  test('is answered its page while that is open', async () => {
    const { ask, first } = await asked()
    expect(await ask()).toEqual(first)
  })

  test('and whose page was left is told so (checkout_closed)', async () => {
    const { organization, ask, url } = await asked()
    const { stripe } = billed.api.deps.services.billing!
    await stripe.checkout.sessions.expire(url.split('/').at(-1)!)
    for (let times = 0; times < 2; times++) {
      expect(await ask()).toMatchObject({
        status: 409,
        body: { extensions: { code: 'checkout_closed' } },
      })
    }
    // Under another key there is another page.
    expect((await changePlan(billed, organization, 'pro')).body).toMatchObject({
      status: 'checkout_required',
    })
    expect(codeOf(await ask())).toBe('checkout_closed')
  })

  test('and whose page was paid is told so, and pays nothing again', async () => {
    const { organization, ask, url } = await asked()
    await payPage(url)
    await billed.stripe.outbox.idle()
    expect(codeOf(await ask())).toBe('checkout_closed')
    expect(await standingOf(billed, organization)).toMatchObject({ plan_id: 'pro', posted: 500 })
  })
})
