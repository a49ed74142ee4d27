import { expect, type Page } from '@playwright/test'
import { withDatabase } from './organizations.ts'
import { stack } from './stack.ts'

const DAY_SECONDS = 86_400

/** The test cards of the stand-in for Stripe, by what they do. */
export const CARDS = {
  pays: '4242 4242 4242 4242',
  isDeclined: '4000 0000 0000 0002',
  asksForSecure: '4000 0025 0000 3155',
  failsLater: '4000 0000 0000 0341',
} as const

/** Fills the payment page, on which the browser already is, and presses its main button. */
export async function payByCard(page: Page, card: string) {
  await fillCard(page, card)
  await mainButton(page).click()
}

/** Chooses the way of paying that takes days. */
export async function payByBank(page: Page) {
  await page.getByLabel('Bank debit').check()
  await mainButton(page).click()
}

export async function fillCard(page: Page, card: string) {
  await expect(page.getByText('offline stand-in for Stripe')).toBeVisible()
  await page.getByLabel('Card number').fill(card)
  await page.getByLabel('Expiry').fill('12 / 49')
  await page.getByLabel('Security code').fill('123')
  await page.getByLabel('Name on card').fill('Olga Owner')
}

const mainButton = (page: Page) => page.getByRole('button', { name: /^(Pay|Subscribe|Save|Start)/ })

/** Lets a delayed payment of the organization come, or fail. */
export async function settleDelayedPayment(organizationId: string, succeeds: boolean) {
  const payment = await withDatabase(async (sql) => {
    const [row] = await sql<{ stripe_payment_intent_id: string | null }[]>`
      select stripe_payment_intent_id from public.credit_purchases
      where organization_id = ${organizationId} and status = 'processing'`
    return row?.stripe_payment_intent_id
  })
  await control(`/payments/${payment}/settle`, { succeeds })
}

/** The same for the first payment of a plan. */
export async function settleFirstPayment(organizationId: string, succeeds: boolean) {
  const customer = await withDatabase(async (sql) => {
    const [row] = await sql<{ stripe_customer_id: string }[]>`
      select stripe_customer_id from public.org_plans where organization_id = ${organizationId}`
    return row?.stripe_customer_id
  })
  const response = await fetch(`${stack().stripe_url}/v1/payment_intents?customer=${customer}`, {
    headers: { authorization: 'Bearer sk_test_e2e' },
  })
  const { data } = (await response.json()) as { data: { id: string; status: string }[] }
  await control(`/payments/${data.find(({ status }) => status === 'processing')?.id}/settle`, {
    succeeds,
  })
}

/** Ends the subscription at once, as somebody at Stripe's dashboard would: its period stays paid for. */
export async function endSubscription(organizationId: string) {
  const id = await withDatabase(async (sql) => {
    const [row] = await sql<{ stripe_subscription_id: string }[]>`
      select stripe_subscription_id from public.org_plans where organization_id = ${organizationId}`
    return row?.stripe_subscription_id
  })
  await stripeApi(`/subscriptions/${id}`, {}, 'DELETE')
}

/** Lets the first subscription to a plan begin with a trial while the journey goes on; others have none. */
export async function withTrial(planId: string, days: number, journey: () => Promise<void>) {
  const setDays = (trialDays: number) =>
    withDatabase(
      (sql) => sql`update public.plans set trial_days = ${trialDays} where id = ${planId}`,
    )
  await setDays(days)
  try {
    await journey()
  } finally {
    await setDays(0)
  }
}

/**
 * Gives the organization a customer whose time can be moved ahead without moving anybody else's, as Stripe's test
 * clocks do. To be called before its first payment. Returns what moves the time.
 */
export async function customerWithClock(organizationId: string) {
  const now = Math.floor(Date.now() / 1000)
  const clock = await stripeApi('/test_helpers/test_clocks', { frozen_time: `${now}` })
  const customer = await stripeApi('/customers', {
    test_clock: clock.id,
    email: 'billing@example.test',
    'metadata[purser_organization_id]': organizationId,
  })
  await withDatabase(
    (sql) => sql`update public.org_plans set stripe_customer_id = ${customer.id}
      where organization_id = ${organizationId}`,
  )
  return {
    advanceDays: (days: number) =>
      stripeApi(`/test_helpers/test_clocks/${clock.id}/advance`, {
        frozen_time: `${now + days * DAY_SECONDS}`,
      }),
  }
}

async function control(path: string, body: object): Promise<void> {
  const response = await fetch(`${stack().stripe_url}/_double${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`/_double${path} answered ${response.status}`)
}

/** Stripe's own API, as its dashboard would use it. */
async function stripeApi(path: string, parameters: Record<string, string>, method = 'POST') {
  const response = await fetch(`${stack().stripe_url}/v1${path}`, {
    method,
    headers: { authorization: 'Bearer sk_test_e2e' },
    body: new URLSearchParams(parameters),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as { id: string }
}
