import { expect, test } from '@playwright/test'
import { expectAccessible, expectFits } from '../support/accessibility.ts'
import {
  currentPlan,
  paymentProblem,
  planNotice,
  scheduledChange,
  startSubscription,
  subscribe,
  visitBilling,
} from '../support/billing.ts'
import { brokenRules } from '../support/books.ts'
import { createOrganization, leaveCredits } from '../support/organizations.ts'
import { balanceOf } from '../support/pages.ts'
import {
  CARDS,
  customerWithClock,
  endSubscription,
  payByBank,
  payByCard,
  settleFirstPayment,
  withTrial,
} from '../support/stripe.ts'

test('from free to pro to team, and what is scheduled after that can be taken back', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visitBilling(browser, organization.owner, organization.name)
  const member = await visitBilling(
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
  const owner = await visitBilling(browser, organization.owner, organization.name)
  const member = await visitBilling(
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

test('a first payment by bank that fails says so, with its reason and a way to pay', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visitBilling(browser, organization.owner, organization.name)
  const otherTab = await owner.page.context().newPage()
  await otherTab.goto('/settings/plan')
  await otherTab.getByRole('button', { name: 'Change to Team' }).click()
  await expect(otherTab.getByRole('button', { name: 'Continue to payment' })).toBeEnabled()
  await startSubscription(owner.page, 'Pro')
  await payByBank(owner.page)
  await expect(planNotice(owner.page)).toContainText('Your payment is on its way')

  // Until it has come there is no second subscription to pay for, nor where one was asked about before.
  const plans = owner.page.getByRole('region', { name: 'Compare plans' })
  await expect(plans).toContainText('You can choose another plan once your payment has arrived.')
  await expect(plans.getByRole('button')).toHaveCount(0)
  await expectAccessible(owner.page)
  await otherTab.getByRole('button', { name: 'Continue to payment' }).click()
  const dialog = otherTab.getByRole('dialog', { name: 'Your payment is on its way' })
  await expect(dialog.getByRole('alert')).toContainText('Pro begins by itself')
  await expect(dialog.getByRole('button', { name: 'Continue to payment' })).toHaveCount(0)
  await expectAccessible(otherTab)
  await otherTab.close()
  await settleFirstPayment(organization.id, false)
  await expect(planNotice(owner.page)).toContainText('The payment for your new plan failed')
  await expect(planNotice(owner.page)).toContainText('could not be debited')
  await expect(currentPlan(owner.page)).toContainText('Free plan')
  await expect(plans.getByRole('button')).toHaveCount(2)
  await expectAccessible(owner.page)

  // Whoever comes back days later is told the same.
  await owner.page.getByRole('link', { name: 'Workspace' }).click()
  await owner.page.getByRole('link', { name: 'Plan', exact: true }).click()
  await expect(planNotice(owner.page).getByRole('link', { name: 'Pay now' })).toHaveAttribute(
    'href',
    /^http/,
  )
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})

test('a plan whose subscription has ended can be bought again, also after a payment that failed', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visitBilling(browser, organization.owner, organization.name)
  await subscribe(owner.page, 'Pro')
  await endSubscription(organization.id)
  const again = owner.page.getByRole('button', { name: 'Subscribe to Pro again' })
  await expect(scheduledChange(owner.page)).toContainText('The Pro plan ends on')
  await again.click()
  await owner.page.getByRole('button', { name: 'Continue to payment' }).click()
  await payByBank(owner.page)
  await expect(planNotice(owner.page)).toContainText('Your payment is on its way')
  await expect(again).toHaveCount(0)
  await expectAccessible(owner.page)

  await settleFirstPayment(organization.id, false)
  await expect(planNotice(owner.page)).toContainText('The payment for your new plan failed')
  await expect(again).toBeVisible()
  await owner.page.setViewportSize({ width: 390, height: 844 })
  await expectFits(owner.page)
  await expectAccessible(owner.page)
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})

test('a trial says what it costs afterwards, before and after it has begun', async ({
  browser,
}) => {
  await withTrial('pro', 14, async () => {
    const organization = await createOrganization('free')
    const owner = await visitBilling(browser, organization.owner, organization.name)
    await owner.page.getByRole('link', { name: 'Plan', exact: true }).click()
    await expect(owner.page.getByText('The first 14 days are free.')).toBeVisible()
    await owner.page.getByRole('button', { name: 'Change to Pro' }).click()
    const dialog = owner.page.getByRole('dialog')
    await expect(dialog).toContainText('The first 14 days of Pro are free')
    await expectAccessible(owner.page)
    await dialog.getByRole('button', { name: 'Continue to payment' }).click()
    await payByCard(owner.page, CARDS.pays)
    await expect(planNotice(owner.page)).toContainText('Your trial of Pro has begun')
    await expect(planNotice(owner.page)).toContainText('After that, $29 a month is charged')
    await expect(currentPlan(owner.page)).toContainText('Trial ends')
    expect(await brokenRules(organization.id)).toEqual([])
    await owner.close()
  })
})

test('with pay-as-you-go work goes on when no credits are left, up to the limit that was set', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visitBilling(browser, organization.owner, organization.name)
  await subscribe(owner.page, 'Pro')
  await owner.page.getByRole('link', { name: 'Billing' }).click()
  const settings = owner.page.getByRole('region', { name: 'Pay-as-you-go' })
  await expect(settings).toContainText('Work stops when no credits are left')
  await settings.getByRole('switch', { name: 'Go on without credits' }).check()
  await settings.getByLabel('Credits a period, at most').fill('200')
  await expect(settings).toContainText('at most 200 credits a period, so at most $1.20')
  await settings.getByRole('button', { name: 'Save' }).click()
  await expect(settings).toContainText('Pay-as-you-go is on.')

  await leaveCredits(organization.id, 0)
  await expect(balanceOf(owner.page).widget).toContainText('No credits left')
  await owner.page.getByRole('link', { name: 'Workspace' }).click()
  await owner.page.getByLabel('Product name').fill('Harbour Notes')
  await owner.page.getByLabel('Product description').fill('A shared logbook for small marinas.')
  await owner.page.getByRole('button', { name: 'Suggest questions' }).click()
  await expect(owner.page.getByRole('region', { name: 'Suggested questions' })).toBeVisible()
  await owner.page.getByRole('link', { name: 'Billing' }).click()
  await expect(
    owner.page
      .getByRole('region', { name: 'Credits bought' })
      .getByRole('row')
      .filter({ hasText: 'Pay-as-you-go' }),
  ).toHaveCount(1)
  expect(await brokenRules(organization.id)).toEqual([])
  await owner.close()
})
