import { expect, type Browser, type Page } from '@playwright/test'
import { expectAccessible } from './accessibility.ts'
import type { Account } from './organizations.ts'
import { openOrganization, signIn, watchForeignRequests } from './pages.ts'
import { stack } from './stack.ts'
import { CARDS, payByCard } from './stripe.ts'

interface Visitor {
  page: Page
  close(): Promise<void>
}

/** A browser of one's own, signed in to the organization, which may be sent to the payment pages. */
export async function visitBilling(
  browser: Browser,
  account: Account,
  organization: string,
): Promise<Visitor> {
  const context = await browser.newContext()
  const expectNoForeignRequests = await watchForeignRequests(context, [stack().stripe_url])
  const page = await context.newPage()
  await signIn(page, account)
  await openOrganization(page, organization)
  return {
    page,
    async close() {
      expectNoForeignRequests()
      await context.close()
    },
  }
}

/** From any page to the payment page of a package. */
export async function startPurchase(page: Page, amount: string, price: string) {
  const widget = page.getByRole('region', { name: 'Credit balance' })
  await widget.getByRole('button', { name: 'Add credits' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add credits' })
  await dialog.getByRole('radio', { name: `${amount} credits` }).check()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: `Continue to pay ${price}` }).click()
  await expect(page).toHaveURL(new RegExp(`^${stack().stripe_url}`))
}

/** From any page to the payment page of a first paid plan. */
export async function startSubscription(page: Page, plan: string) {
  await page.getByRole('link', { name: 'Plan', exact: true }).click()
  await page.getByRole('button', { name: `Change to ${plan}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Continue to payment' }).click()
}

/** From the plan page, through the payment page, to the first paid plan. */
export async function subscribe(page: Page, plan: string) {
  await startSubscription(page, plan)
  await payByCard(page, CARDS.pays)
  await expect(planNotice(page)).toContainText(`You are on ${plan} now`)
}

export const currentPlan = (page: Page) =>
  page.getByRole('region', { name: 'Your plan', exact: true })
export const planNotice = (page: Page) => page.getByRole('region', { name: 'Your new plan' })
export const scheduledChange = (page: Page) =>
  page.getByRole('region', { name: 'Scheduled change' })
export const paymentProblem = (page: Page) => page.getByRole('region', { name: 'Payment problem' })
export const purchaseNotice = (page: Page) => page.getByRole('region', { name: 'Your purchase' })
