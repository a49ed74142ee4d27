import { expect, type Page } from '@playwright/test'
import { withDatabase } from './organizations.ts'
import { stack } from './stack.ts'

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

async function control(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${stack().stripe_url}/_double${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`/_double${path} answered ${response.status}: ${text}`)
  return text === '' ? null : (JSON.parse(text) as unknown)
}
