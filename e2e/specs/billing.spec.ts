import { expect, test, type Browser, type Page } from '@playwright/test'
import { brokenRules } from '../support/books.ts'
import { createOrganization, type Account } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { stack } from '../support/stack.ts'
import { CARDS, payByBank, payByCard, settleDelayedPayment } from '../support/stripe.ts'

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
  await dialog.getByRole('button', { name: `Continue to pay ${price}` }).click()
  await expect(page).toHaveURL(new RegExp(`^${stack().stripe_url}`))
}

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
