import { expect, test, type Browser, type Page } from '@playwright/test'
import { expectAccessible } from '../support/accessibility.ts'
import { failModel, releaseModel, resetModel, stallModel } from '../support/model.ts'
import { createOrganization, leaveCredits, type Account } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'

test.afterEach(async () => {
  await resetModel()
})

interface Visitor {
  page: Page
  close(): Promise<void>
}

/** A browser of one's own, signed in to the organization; closing it reports foreign requests. */
async function visit(browser: Browser, account: Account, organization: string): Promise<Visitor> {
  const context = await browser.newContext()
  const expectNoForeignRequests = await watchForeignRequests(context)
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

async function describeProduct(page: Page) {
  await page.getByLabel('Product name').fill('Harbour Notes')
  await page
    .getByLabel('Product description')
    .fill('A shared logbook for small marinas: berths, tides and who is in charge today.')
}

test('an operation is held, charged and shown live to a colleague, and its cost is in the history', async ({
  browser,
}) => {
  const organization = await createOrganization('team')
  const admin = await visit(
    browser,
    await organization.addMember('admin', 'Ada'),
    organization.name,
  )
  const member = await visit(
    browser,
    await organization.addMember('member', 'Mio'),
    organization.name,
  )
  const seenByMember = balanceOf(member.page)
  await expect(seenByMember.available).toContainText('2,000')
  await expect(seenByMember.held).toContainText(/^0/)

  // The admin chooses the level that everybody's runs use; the member's page follows by itself.
  await member.page.getByRole('link', { name: 'Quality levels' }).click()
  await admin.page.getByRole('link', { name: 'Quality levels' }).click()
  const adminsCard = admin.page.getByRole('region', { name: 'Suggest questions' })
  await adminsCard.getByRole('radio', { name: 'Enhanced' }).check()
  await expect(adminsCard.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible()
  const membersCard = member.page.getByRole('region', { name: 'Suggest questions' })
  await expect(membersCard.getByRole('radio', { name: 'Enhanced' })).toBeChecked()
  await expect(member.page.getByText('Owners and admins choose the defaults.')).toBeVisible()
  await membersCard.getByRole('radio', { name: 'Fast' }).click({ force: true })
  await expect(membersCard.getByRole('radio', { name: 'Enhanced' })).toBeChecked()

  // The model waits, so that the hold can be seen from the other browser.
  await stallModel()
  await admin.page.getByRole('link', { name: 'Workspace' }).click()
  await expect(admin.page.getByRole('radio', { name: 'Enhanced' })).toBeChecked()
  await expect(admin.page.getByText('≈ 2 credits, 1,998 left after')).toBeVisible()
  await describeProduct(admin.page)
  await admin.page.getByRole('button', { name: 'Suggest questions' }).click()
  await expect(seenByMember.held).toContainText(/^2/)
  await expect(seenByMember.available).toContainText('1,998')
  await expect(seenByMember.posted).toContainText('2,000')
  await member.page.getByRole('link', { name: 'Credit history' }).click()
  const running = member.page.getByRole('region', { name: 'Held for running work' })
  await expect(running.getByRole('listitem')).toHaveCount(1)
  await expect(running).toContainText(/Suggest questions · Enhanced ·\s+Ada/)
  await expect(running).toContainText('2 held')
  await expectAccessible(member.page)

  await releaseModel()
  const result = admin.page.getByRole('region', { name: 'Suggested questions' })
  await expect(result.getByRole('listitem')).toHaveCount(5)
  await expect(result.getByText('Offline sample', { exact: true })).toBeVisible()
  const charged = await result.getByRole('status').textContent()
  const [, amount, available] = /([\d.]+) credits? charged, ([\d,.]+) available/.exec(
    charged ?? '',
  )!
  await expect(seenByMember.held).toContainText(/^0/)
  await expect(seenByMember.available).toContainText(available!)
  await expect(seenByMember.posted).toContainText(available!)
  await expect(running).toHaveCount(0)

  await member.page.getByRole('link', { name: 'Credit history' }).click()
  const row = member.page.getByRole('row').filter({ hasText: 'Suggest questions' })
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('Ada')
  await expect(row).toContainText('Enhanced')
  await expect(row).toContainText(`-${amount}`)
  await expect(row).toContainText(available!)

  await admin.close()
  await member.close()
})

test('an organization that has run dry is told why, and is not charged (insufficient_credits)', async ({
  browser,
}) => {
  const organization = await createOrganization('free')
  const owner = await visit(browser, organization.owner, organization.name)
  const member = await visit(
    browser,
    await organization.addMember('member', 'Mio'),
    organization.name,
  )
  await describeProduct(owner.page)
  await describeProduct(member.page)
  await leaveCredits(organization.id, 0)
  await expect(balanceOf(owner.page).widget).toContainText('No credits left')

  await owner.page.getByRole('button', { name: 'Suggest questions' }).click()
  await expect(
    owner.page.getByRole('alert').filter({ hasText: 'Not enough credits' }),
  ).toBeVisible()
  await member.page.getByRole('button', { name: 'Suggest questions' }).click()
  await expect(member.page.getByRole('alert').filter({ hasText: 'ask an admin' })).toBeVisible()

  await owner.close()
  await member.close()
})

test('a run that fails charges nothing, says so, and can be run again', async ({ browser }) => {
  const organization = await createOrganization('pro')
  const owner = await visit(browser, organization.owner, organization.name)
  await describeProduct(owner.page)
  await failModel()
  const run = owner.page.getByRole('button', { name: 'Suggest questions' })
  await run.click()
  await expect(owner.page.getByText('You were not charged')).toBeVisible()
  await expect(balanceOf(owner.page).available).toContainText('500')
  await expect(balanceOf(owner.page).held).toContainText(/^0/)

  await resetModel()
  await run.click()
  await expect(owner.page.getByRole('region', { name: 'Suggested questions' })).toBeVisible()
  await owner.close()
})

test('a locked level says which plan opens it and cannot be chosen', async ({ browser }) => {
  const organization = await createOrganization('free')
  const owner = await visit(browser, organization.owner, organization.name)
  const premium = owner.page.getByRole('radio', { name: 'Premium' })
  await premium.focus()
  await expect(premium).toBeFocused()
  await premium.click({ force: true })
  await expect(premium).not.toBeChecked()
  await expect(
    owner.page.getByText('Premium is locked. It opens with the Team plan.'),
  ).toBeVisible()
  await expect(owner.page.getByRole('radio', { name: 'Fast' })).toBeChecked()
  await owner.close()
})
