import { expect, test, type Browser, type Page } from '@playwright/test'
import { expectAccessible, expectFits } from '../support/accessibility.ts'
import { brokenRules } from '../support/books.ts'
import { createOrganization, type Account } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { stack } from '../support/stack.ts'
import {
  CARDS,
  customerWithClock,
  payByBank,
  payByCard,
  settleDelayedPayment,
} from '../support/stripe.ts'

interface Visitor {
  page: Page
  close(): Promise<void>
}

/** A browser of one's own, signed in to the organization, which may be sent to the payment pages. */
async function visit(browser: Browser, account: Account, organization: string): Promise<Visitor> {
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
async function startPurchase(page: Page, amount: string, price: string) {
  const widget = page.getByRole('region', { name: 'Credit balance' })
  await widget.getByRole('button', { name: 'Add credits' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add credits' })
  await dialog.getByRole('radio', { name: `${amount} credits` }).check()
  await expectAccessible(page)
  await dialog.getByRole('button', { name: `Continue to pay ${price}` }).click()
  await expect(page).toHaveURL(new RegExp(`^${stack().stripe_url}`))
}

/** From the plan page, through the payment page, to the first paid plan. */
async function subscribe(page: Page, plan: string) {
  await page.getByRole('link', { name: 'Plan', exact: true }).click()
  await page.getByRole('button', { name: `Change to ${plan}` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Continue to payment' }).click()
  await payByCard(page, CARDS.pays)
  await expect(page.getByRole('region', { name: 'Your new plan' })).toContainText(
    `You are on ${plan} now`,
  )
}

const currentPlan = (page: Page) => page.getByRole('region', { name: 'Your plan', exact: true })
const scheduledChange = (page: Page) => page.getByRole('region', { name: 'Scheduled change' })
const paymentProblem = (page: Page) => page.getByRole('region', { name: 'Payment problem' })
const purchaseNotice = (page: Page) => page.getByRole('region', { name: 'Your purchase' })

test('credits that are bought arrive live with everybody, and leave a receipt', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)
  const member = await visit(
    browser,
    await organization.addMember('member', 'Mio'),
    organization.name,
  )
  await expect(balanceOf(member.page).available).toContainText('500')
  await expect(member.page.getByRole('button', { name: 'Add credits' })).toHaveCount(0)

  await owner.page.getByRole('link', { name: 'Credit history' }).click()
  await startPurchase(owner.page, '3,000', '$15')
  await payByCard(owner.page, CARDS.pays)

  await expect(purchaseNotice(owner.page)).toContainText('3,000 credits have arrived')
  await expect(owner.page.getByRole('heading', { level: 1 })).toHaveText('Credit history')
  await expect(balanceOf(owner.page).available).toContainText('3,500')
  await expect(balanceOf(member.page).available).toContainText('3,500')
  await expect(owner.page.getByRole('row').filter({ hasText: 'Credits bought' })).toContainText(
    '+3,000.00',
  )

  await owner.page.getByRole('link', { name: 'Billing' }).click()
  const purchases = owner.page.getByRole('region', { name: 'Credits bought' })
  await expect(purchases.getByRole('row').filter({ hasText: '3,000 credits' })).toContainText(
    '$15.00',
  )
  await expect(purchases.getByRole('link', { name: /^Receipt/ })).toHaveAttribute('href', /^http/)
  await expectAccessible(owner.page)
  await member.page.getByRole('link', { name: 'Billing' }).click()
  await expect(member.page.getByText('Owners and admins see billing')).toBeVisible()
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
  await member.close()
})

test('a declined card charges nothing; the same page then takes one that asks for 3-D Secure', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)

  // By keyboard alone, and Escape leads back to where it began.
  const opener = owner.page.getByRole('button', { name: 'Add credits' })
  await opener.focus()
  await owner.page.keyboard.press('Enter')
  const dialog = owner.page.getByRole('dialog', { name: 'Add credits' })
  const best = dialog.getByRole('radio', { name: '6,000 credits' })
  await expect(best).toBeChecked()
  await best.focus()
  await owner.page.keyboard.press('ArrowUp')
  await expect(dialog.getByRole('button', { name: 'Continue to pay $15' })).toBeVisible()
  await owner.page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(opener).toBeFocused()

  await startPurchase(owner.page, '1,000', '$5')
  await payByCard(owner.page, CARDS.isDeclined)
  await expect(owner.page.getByRole('alert')).toContainText('declined')

  await owner.page.getByRole('button', { name: 'Cancel and go back' }).click()
  await expect(purchaseNotice(owner.page)).toContainText('You were not charged')
  await expect(balanceOf(owner.page).available).toContainText(/^500/)

  await startPurchase(owner.page, '1,000', '$5')
  await payByCard(owner.page, CARDS.asksForSecure)
  await owner.page.getByRole('button', { name: 'Complete' }).click()
  await expect(purchaseNotice(owner.page)).toContainText('1,000 credits have arrived')
  await expect(balanceOf(owner.page).available).toContainText('1,500')
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})

test('a delayed payment is waited for in the open: one arrives, one fails and charges nothing', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)
  await startPurchase(owner.page, '1,000', '$5')
  await payByBank(owner.page)
  await expect(purchaseNotice(owner.page)).toContainText('Your payment is on its way')
  await expectAccessible(owner.page)
  await expect(balanceOf(owner.page).available).toContainText(/^500/)
  await settleDelayedPayment(organization.id, true)
  await expect(purchaseNotice(owner.page)).toContainText('1,000 credits have arrived')
  await expect(balanceOf(owner.page).available).toContainText('1,500')

  await startPurchase(owner.page, '1,000', '$5')
  await payByBank(owner.page)
  await expect(purchaseNotice(owner.page)).toContainText('Your payment is on its way')
  await settleDelayedPayment(organization.id, false)
  await expect(purchaseNotice(owner.page)).toContainText('You were not charged')
  await expect(balanceOf(owner.page).available).toContainText('1,500')
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})

test('from free to pro to team, and what is scheduled after that can be taken back', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visit(browser, organization.owner, organization.name)
  const member = await visit(
    browser,
    await organization.addMember('member', 'Mio'),
    organization.name,
  )
  await member.page.getByRole('link', { name: 'Plan', exact: true }).click()
  await expect(currentPlan(member.page)).toContainText('Free plan')

  // Who cannot buy is led to the plan that can.
  await owner.page.getByRole('button', { name: 'Add credits' }).click()
  await owner.page.getByRole('link', { name: 'See the Pro plan' }).click()
  await subscribe(owner.page, 'Pro')
  await expect(balanceOf(owner.page).available).toContainText('500')
  await expect(currentPlan(member.page)).toContainText('Pro plan')
  await expect(currentPlan(member.page)).toContainText('Renews')

  await owner.page.getByRole('button', { name: 'Change to Team' }).click()
  const dialog = owner.page.getByRole('dialog', { name: 'Change to Team?' })
  await expect(dialog.getByRole('definition').first()).toContainText('$')
  await expect(dialog).toContainText('2,000 credits a month instead of 500')
  await expectAccessible(owner.page)
  await dialog.getByRole('button', { name: 'Change to Team now' }).click()
  await expect(owner.page.getByText('You are on Team now.')).toBeVisible()
  await expect(currentPlan(member.page)).toContainText('Team plan')

  await owner.page.getByRole('button', { name: 'Change to Pro' }).click()
  await owner.page.getByRole('button', { name: 'Schedule the change' }).click()
  await expect(scheduledChange(owner.page)).toContainText('Your plan changes to Pro on')
  await expect(scheduledChange(member.page)).toContainText('Your plan changes to Pro on')
  await expect(scheduledChange(member.page).getByRole('button')).toHaveCount(0)
  await expectAccessible(owner.page)
  await scheduledChange(owner.page).getByRole('button', { name: 'Keep Team' }).click()
  await expect(scheduledChange(owner.page)).toHaveCount(0)
  await expect(scheduledChange(member.page)).toHaveCount(0)

  await owner.page.getByRole('button', { name: 'Cancel plan' }).click()
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Keep Team' }).click()
  await expect(scheduledChange(owner.page)).toHaveCount(0)
  await owner.page.getByRole('button', { name: 'Cancel plan' }).click()
  await owner.page.getByRole('dialog').getByRole('button', { name: 'Cancel Team' }).click()
  await expect(scheduledChange(owner.page)).toContainText('The Team plan ends on')
  await expect(currentPlan(owner.page)).toContainText('Team plan')

  await owner.page.getByRole('link', { name: 'Billing' }).click()
  const invoices = owner.page.getByRole('region', { name: 'Invoices' })
  await expect(invoices.getByRole('row').filter({ hasText: 'First period' })).toContainText(
    '$29.00',
  )
  await expect(invoices.getByRole('row').filter({ hasText: 'Change of plan' })).toHaveCount(1)
  await expect(invoices.getByRole('link', { name: 'View: Change of plan' })).toHaveAttribute(
    'href',
    /^http/,
  )
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
  await member.close()
})

test('a renewal that fails is told to everybody, and is mended by whoever may', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const time = await customerWithClock(organization.id)
  const owner = await visit(browser, organization.owner, organization.name)
  const member = await visit(
    browser,
    await organization.addMember('member', 'Mio'),
    organization.name,
  )
  await subscribe(owner.page, 'Pro')

  // A card that can be saved, and then fails: an upgrade with it changes nothing and says so.
  await owner.page.getByRole('button', { name: 'Cards and billing address' }).click()
  await payByCard(owner.page, CARDS.failsLater)
  await owner.page.getByRole('link', { name: 'Return to the product' }).click()
  await owner.page.getByRole('button', { name: 'Change to Team' }).click()
  await owner.page.getByRole('button', { name: 'Change to Team now' }).click()
  const refusal = owner.page.getByRole('dialog').getByRole('alert')
  await expect(refusal).toContainText('The payment did not go through')
  await expect(refusal).toContainText('Your plan has not changed')
  await owner.page.getByRole('button', { name: 'Keep Pro' }).click()
  await expect(currentPlan(owner.page)).toContainText('Pro plan')

  await time.advanceDays(32)
  await expect(paymentProblem(owner.page)).toContainText('The last payment failed')
  await expect(paymentProblem(owner.page)).toContainText(
    'AI works on with the credits that are left until',
  )
  await expect(paymentProblem(member.page)).toContainText('Ask an owner or admin')
  await expect(paymentProblem(member.page).getByRole('button')).toHaveCount(0)
  await expect(paymentProblem(owner.page).getByRole('link', { name: 'Pay now' })).toBeVisible()
  await owner.page.setViewportSize({ width: 390, height: 844 })
  await expectFits(owner.page)
  await expectAccessible(owner.page)

  await paymentProblem(owner.page).getByRole('button', { name: 'Change the card' }).click()
  await payByCard(owner.page, CARDS.pays)
  await owner.page.getByRole('link', { name: 'Return to the product' }).click()
  const invoicePage = owner.page.context().waitForEvent('page')
  await paymentProblem(owner.page).getByRole('link', { name: 'Pay now' }).click()
  await (await invoicePage).getByRole('button', { name: /^Pay/ }).click()
  await expect(paymentProblem(owner.page)).toHaveCount(0)
  await expect(paymentProblem(member.page)).toHaveCount(0)
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
  await member.close()
})

/** Work, so that somebody looks at what is left. */
async function work(page: Page, product: string) {
  await page.getByRole('link', { name: 'Workspace' }).click()
  await page.getByLabel('Product name').fill(product)
  await page.getByLabel('Product description').fill('A shared logbook for small marinas.')
  await page.getByRole('button', { name: 'Suggest questions' }).click()
  await expect(page.getByRole('region', { name: 'Suggested questions' })).toBeVisible()
}

const autoTopup = (page: Page) => page.getByRole('region', { name: 'Automatic top-up' })

async function switchOnAutoTopup(page: Page, threshold: string) {
  const settings = autoTopup(page)
  await settings.getByRole('switch', { name: 'Top up automatically' }).check()
  await settings.getByLabel('When fewer credits are left than').fill(threshold)
  await settings.getByLabel('Buy').selectOption({ label: '1,000 credits for $5' })
  await settings.getByLabel('Times a month, at most').fill('1')
  await expect(settings).toContainText('at most 1 times a calendar month, so at most $5 a month')
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings).toContainText('Automatic top-up is on.')
}

test('automatic top-up buys with the saved card once it is switched on, and says what it will charge', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)
  await owner.page.getByRole('link', { name: 'Billing' }).click()
  const settings = owner.page.getByRole('region', { name: 'Automatic top-up' })
  await expect(settings).toContainText('Nothing is bought automatically')
  await settings.getByRole('switch', { name: 'Top up automatically' }).check()
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings.getByRole('alert')).toContainText('No card is saved')

  await startPurchase(owner.page, '1,000', '$5')
  await payByCard(owner.page, CARDS.pays)
  await expect(balanceOf(owner.page).available).toContainText('1,500')
  await expect(owner.page.getByText('Saved card: ')).toContainText('4242')

  await switchOnAutoTopup(owner.page, '1600')

  // Work finds fewer credits than that; what was just saved may be news to the first.
  for (const product of ['Harbour Notes', 'Harbour Lights']) await work(owner.page, product)
  await expect(balanceOf(owner.page).available).toContainText(/^2,49\d/)
  await owner.page.getByRole('link', { name: 'Billing' }).click()
  await expect(
    owner.page
      .getByRole('region', { name: 'Credits bought' })
      .getByRole('row')
      .filter({ hasText: 'Automatic top-up' }),
  ).toContainText('$5.00')
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})

test('automatic top-up stops at a declined card, says why, and charges nothing', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)
  await startPurchase(owner.page, '1,000', '$5')
  await payByCard(owner.page, CARDS.pays)
  await expect(balanceOf(owner.page).available).toContainText('1,500')
  await owner.page.getByRole('link', { name: 'Billing' }).click()
  await owner.page.getByRole('button', { name: 'Cards and billing address' }).click()
  await payByCard(owner.page, CARDS.failsLater)
  await owner.page.getByRole('link', { name: 'Return to the product' }).click()
  await switchOnAutoTopup(owner.page, '1600')
  for (const product of ['Harbour Notes', 'Harbour Lights']) await work(owner.page, product)

  await owner.page.getByRole('link', { name: 'Billing' }).click()
  await expect(autoTopup(owner.page).getByRole('alert')).toContainText('has stopped')
  const failed = owner.page
    .getByRole('region', { name: 'Credits bought' })
    .getByRole('row')
    .filter({ hasText: 'Automatic top-up' })
  await expect(failed).toContainText('You were not charged')
  await expectAccessible(owner.page)
  await expect(balanceOf(owner.page).available).toContainText(/^1,49\d/)
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})
