import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from '../support/accessibility.ts'
import { bearer, graphql, signInForToken } from '../support/graphql.ts'
import { createOrganization, withDatabase } from '../support/organizations.ts'
import { openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { recordUsage } from '../support/usage.ts'

const MINUTES = 'session_minutes'

const running = (page: Page) => page.getByRole('region', { name: 'Your session is running' })
const startForm = (page: Page) => page.getByRole('region', { name: 'Start a session' })
const pastSessions = (page: Page) => page.getByRole('region', { name: 'Past sessions' })

async function start(page: Page, topic: string) {
  await page.getByLabel('Topic').fill(topic)
  await page.getByLabel('Difficulty').selectOption('Intermediate')
  await page.getByRole('button', { name: 'Start session' }).click()
  await expect(running(page)).toContainText(topic)
}

/** What a browser does when a tab is looked at again: a heartbeat at once, instead of waiting for the next. */
const lookAgain = (page: Page) =>
  page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))

test('a session is found again after a reload and a lost connection, warns, and ends with its minutes', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const context = await browser.newContext()
  const expectNoForeignRequests = await watchForeignRequests(context)
  const page = await context.newPage()
  await signIn(page, organization.owner)
  await openOrganization(page, organization.name)
  await page.getByRole('link', { name: 'Live sessions' }).click()
  await expect(startForm(page)).toContainText('100 minutes left')
  await start(page, 'Ordering coffee')
  await expect(running(page)).toContainText('Intermediate')
  await expect(page.getByRole('timer')).toContainText(/^\s*0:\d\d\s*$/)

  await page.reload()
  await expect(running(page)).toContainText('Ordering coffee')
  await expectAccessible(page)

  await context.setOffline(true)
  await lookAgain(page)
  await expect(running(page)).toContainText('The connection is being tried again')
  await context.setOffline(false)
  await expect(running(page)).not.toContainText('The connection is being tried again')

  // Minutes that others count reach the running session with its next heartbeat.
  const use = (amount: number) =>
    recordUsage(organization.id, { meter: MINUTES, amount, userId: organization.owner.userId })
  await use(96)
  await lookAgain(page)
  await expect(running(page)).toContainText('Five minutes or less are left')
  await expect(running(page).getByRole('link', { name: 'See plans' })).toBeVisible()
  await expectAccessible(page)
  await use(4)
  await lookAgain(page)
  const ended = page.getByRole('status').filter({ hasText: 'The session has ended' })
  await expect(ended).toContainText('Your minutes are used up.')
  await expect(running(page)).toHaveCount(0)

  const refused = startForm(page).getByRole('alert', { name: 'Limit reached' })
  await expect(refused).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start session' })).toBeDisabled()
  await expect(refused.getByRole('link', { name: 'See plans' })).toBeVisible()
  await refused.getByRole('button', { name: 'Why?' }).click()
  const dialog = page.getByRole('dialog', { name: 'Limits: Session minutes' })
  await expect(dialog).toContainText('Comes from the Pro plan.')
  await expect(dialog).toContainText('This one decides')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(pastSessions(page).getByRole('listitem')).toContainText('No minutes available')

  expectNoForeignRequests()
  await context.close()
})

test('a session that a suspension ends says so before and after, and who can settle it', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const member = await organization.addMember('member', 'Mio')
  const open = async (account: typeof member) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await signIn(page, account)
    await openOrganization(page, organization.name)
    await page.goto('/sessions')
    await start(page, 'Ordering coffee')
    return page
  }
  const ownerPage = await open(organization.owner)
  const memberPage = await open(member)
  await withDatabase(
    (sql) => sql`
      update public.org_plans
      set
        status = 'past_due',
        stripe_subscription_id = ${`sub_${organization.id}`},
        grace_ends_at = now() + interval '4 minutes'
      where organization_id = ${organization.id}`,
  )
  for (const [page, advice] of [
    [ownerPage, 'Pay the invoice before that'],
    [memberPage, 'Ask an owner or admin to pay it.'],
  ] as const) {
    const warning = running(page).getByRole('status')
    await expect(warning).toContainText('because an invoice is unpaid')
    await expect(warning).toContainText(advice)
    await expect(warning).not.toContainText('used up')
    await expect(warning.getByRole('link', { name: 'Go to billing' })).toHaveCount(
      page === ownerPage ? 1 : 0,
    )
    await expect(running(page).getByRole('link', { name: 'See plans' })).toHaveCount(0)
    await expectAccessible(page)
  }
  await withDatabase(
    (sql) => sql`
      update public.org_plans set status = 'unpaid' where organization_id = ${organization.id}`,
  )
  for (const [page, advice] of [
    [ownerPage, 'Settle the payment under Billing.'],
    [memberPage, 'Ask an owner or admin to settle the payment.'],
  ] as const) {
    const ended = page.getByRole('status').filter({ hasText: 'The session has ended' })
    await expect(ended).toContainText('Your organization is suspended')
    await expect(ended).toContainText(advice)
    await expect(page.getByText('Your minutes are used up.')).toHaveCount(0)
    const refused = startForm(page).getByRole('alert', { name: 'Subscription not active' })
    await expect(refused.getByRole('link', { name: 'Go to billing' })).toHaveCount(
      page === ownerPage ? 1 : 0,
    )
    await expect(startForm(page)).not.toContainText('New minutes come on')
    await expect(pastSessions(page).getByRole('listitem')).toContainText('No minutes available')
    await expectAccessible(page)
    await page.context().close()
  }
})

test('a session that another device started is shown instead of a second one, and ends on both when asked to', async ({
  browser,
}) => {
  const organization = await createOrganization('team')
  const member = await organization.addMember('member', 'Mio')
  const context = await browser.newContext()
  const page = await context.newPage()
  await signIn(page, member)
  await openOrganization(page, organization.name)
  await page.getByRole('link', { name: 'Live sessions' }).click()
  await expect(startForm(page)).toContainText('minutes left')

  // The other device is a moment earlier: the start on this page is on its way already.
  const token = await signInForToken(member.email, member.password)
  await page.route('**/v1/graphql', async (route) => {
    if (route.request().postData()?.includes('mutation StartSession')) {
      const { errors } = await graphql(
        bearer(token),
        `
          mutation {
            start_session(input: { topic: "Elsewhere", idempotency_key: "other" }) {
              session_id
            }
          }
        `,
      )
      expect(errors).toBeUndefined()
    }
    await route.continue()
  })
  await page.getByLabel('Topic').fill('Second')
  await page.getByRole('button', { name: 'Start session' }).click()
  await expect(running(page)).toContainText('Elsewhere')
  await page.unroute('**/v1/graphql')

  const other = await browser.newContext()
  const otherPage = await other.newPage()
  await signIn(otherPage, member)
  await openOrganization(otherPage, organization.name)
  await otherPage.goto('/sessions')
  await expect(running(otherPage)).toContainText('Elsewhere')

  await page.getByRole('button', { name: 'End session' }).click()
  const question = page.getByRole('dialog', { name: 'End this session?' })
  await question.getByRole('button', { name: 'Keep going' }).click()
  await expect(running(page)).toBeVisible()
  await page.getByRole('button', { name: 'End session' }).click()
  await question.getByRole('button', { name: 'End session' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'You ended it.' })).toBeVisible()
  await expect(otherPage.getByRole('status').filter({ hasText: 'You ended it.' })).toBeVisible()
  await expect(pastSessions(page).getByRole('listitem')).toContainText('Ended by hand')

  // Owners see whose sessions there were; members see their own.
  await expect(page.getByLabel('Whose sessions')).toHaveCount(0)
  const ownerPage = await (await browser.newContext()).newPage()
  await signIn(ownerPage, organization.owner)
  await openOrganization(ownerPage, organization.name)
  await ownerPage.goto('/sessions')
  await expect(pastSessions(ownerPage)).toContainText('No sessions yet')
  await ownerPage.getByLabel('Whose sessions').selectOption("Everybody's")
  await expect(pastSessions(ownerPage).getByRole('listitem')).toContainText('Mio')
  for (const opened of [context, other, ownerPage.context()]) await opened.close()
})
