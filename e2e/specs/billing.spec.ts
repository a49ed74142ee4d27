import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from '../support/accessibility.ts'
import { purchaseNotice, startPurchase, visitBilling } from '../support/billing.ts'
import { brokenRules } from '../support/books.ts'
import { createOrganization } from '../support/organizations.ts'
import { balanceOf } from '../support/pages.ts'
import { CARDS, payByBank, payByCard, settleDelayedPayment } from '../support/stripe.ts'

test('credits that are bought arrive live with everybody, and leave a receipt', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const owner = await visitBilling(browser, organization.owner, organization.name)
  const member = await visitBilling(
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
  const owner = await visitBilling(browser, organization.owner, organization.name)

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
  const owner = await visitBilling(browser, organization.owner, organization.name)
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
  const owner = await visitBilling(browser, organization.owner, organization.name)
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
  const owner = await visitBilling(browser, organization.owner, organization.name)
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
