import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from '../support/accessibility.ts'
import { asService, graphql } from '../support/graphql.ts'
import { createOrganization, type Account } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { recordUsage, seedCreditHistory } from '../support/usage.ts'

async function openPage(page: Page, account: Account, organization: string, link: string) {
  await signIn(page, account)
  await openOrganization(page, organization)
  await page.getByRole('link', { name: link }).click()
}

test('usage is read as chart, table and numbers, by capability, member and range, and exported', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const member = await organization.addMember('member', 'Mio')
  const context = await browser.newContext()
  const expectNoForeignRequests = await watchForeignRequests(context)
  const page = await context.newPage()
  await openPage(page, organization.owner, organization.name, 'Usage')

  // Nothing used yet: said in words, not as a row of zeros.
  await expect(page.getByText('Nothing used in these days')).toBeVisible()
  await expect(page.getByText('A forecast needs three days of use').first()).toBeVisible()
  await seedCreditHistory(organization.id, [organization.owner.userId, member.userId])
  await recordUsage(organization.id, { meter: 'letters', amount: 95 })
  await page.reload()

  const chart = page.getByRole('figure', { name: /^Credits by day and capability: / })
  await expect(chart).toBeVisible()
  await expect(chart.locator('svg path').first()).toBeAttached()
  await expect(page.getByText(/^\s*At this rate, the credits/)).toBeVisible()
  await expect(page.getByText('Letters: 95% used')).toBeVisible()
  const letters = page.getByRole('listitem').filter({ hasText: '95 of 100 letters used' })
  await expect(letters).toContainText('More than 90 % is used')
  await expectAccessible(page)

  // A day by keyboard.
  const day = chart.getByRole('slider', { name: 'Day of the chart' })
  await day.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(day).toHaveAttribute('aria-valuetext', /^[A-Z][a-z]{2} \d+, \d{4}: [\d.,]+ credit/)

  await chart.getByRole('button', { name: 'Show as table' }).click()
  await expect(chart.getByRole('row')).toHaveCount(30 + 2)
  await expectAccessible(page)
  await page.getByRole('radio', { name: '7 days' }).check({ force: true })
  await expect(chart.getByRole('row')).toHaveCount(7 + 2)
  await page.getByLabel('By', { exact: true }).selectOption('Member')
  await expect(page).toHaveURL(/days=7.*by=member/)
  const byMember = page.getByRole('figure', { name: /^Credits by day and member: / })
  await expect(byMember.getByRole('columnheader', { name: /^Mio/ })).toBeVisible()
  await expect(
    byMember.getByRole('columnheader', { name: 'Programs of the organization' }),
  ).toBeVisible()
  await page.reload()
  await expect(byMember).toBeVisible()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^usage-credits-[\d-]+\.csv$/)
  expect(readFileSync(await download.path(), 'utf8')).toMatch(/^event_at,day,credits,/)

  await page.getByLabel('What', { exact: true }).selectOption('Letters')
  await expect(page.getByRole('figure', { name: /^Letters by day and member/ })).toBeVisible()
  expectNoForeignRequests()
  await context.close()
})

test('a cap is set, binds, is explained to the member, changed and removed', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const member = await organization.addMember('member', 'Mio')
  const owners = await browser.newContext()
  const page = await owners.newPage()
  await openPage(page, organization.owner, organization.name, 'Members and caps')
  const card = page.getByRole('listitem').filter({ hasText: member.email })
  await expect(card).toContainText('No cap')

  await card.getByRole('button', { name: 'Set a cap for Mio' }).click()
  const dialog = page.getByRole('dialog', { name: /^Cap for Mio/ })
  await dialog.getByLabel('What').selectOption('Session minutes')
  await dialog.getByLabel('At most').fill('-5')
  await dialog.getByRole('button', { name: 'Save cap' }).click()
  await expect(dialog.getByText('Enter a number')).toBeVisible()
  await dialog.getByLabel('At most').fill('3')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: 'Save cap' }).click()
  await expect(card).toContainText('0 of 3 minutes used')
  await expect(card).toContainText('Set by Olga')

  // What counts against it shows live.
  const use = { meter: 'session_minutes', amount: 3, userId: member.userId }
  await recordUsage(organization.id, use)
  await expect(card).toContainText('3 of 3 minutes used')
  await card.getByRole('button', { name: /^Explain the limits of Mio/ }).click()
  const explanation = page.getByRole('dialog', { name: 'Limits: Session minutes' })
  await expect(explanation.getByRole('listitem').first()).toContainText('This one decides')
  await expect(explanation.getByRole('listitem').first()).toContainText('Cap set by Olga')
  await expect(explanation).toContainText('Comes from the Pro plan.')
  await expectAccessible(page)
  await page.keyboard.press('Escape')

  // The member is told the same, and can change nothing.
  const members = await browser.newContext()
  const memberPage = await members.newPage()
  await openPage(memberPage, member, organization.name, 'Members and caps')
  await expect(memberPage.getByText('3 of 3 minutes used')).toBeVisible()
  await expect(memberPage.getByRole('button', { name: /^(Set|Change|Remove)/ })).toHaveCount(0)
  await memberPage.goto('/sessions')
  await expect(memberPage.getByRole('button', { name: 'Start session' })).toBeDisabled()
  await memberPage.getByRole('button', { name: 'Why?' }).click()
  await expect(memberPage.getByRole('dialog', { name: 'Limits: Session minutes' })).toContainText(
    'Cap set by Olga',
  )

  await card.getByRole('button', { name: /^Change the cap of Mio/ }).click()
  const change = page.getByRole('dialog', { name: /^Change the cap of Mio/ })
  await change.getByLabel('At most').fill('50')
  await change.getByRole('button', { name: 'Save cap' }).click()
  await expect(card).toContainText('3 of 50 minutes used')
  await card.getByRole('button', { name: /^Remove the cap of Mio/ }).click()
  await page.getByRole('button', { name: 'Remove cap' }).click()
  await expect(card).toContainText('No cap')
  const { data } = await graphql(
    asService(organization.id),
    `
      query {
        member_caps_aggregate {
          aggregate {
            count
          }
        }
      }
    `,
  )
  expect(data?.member_caps_aggregate).toEqual({ aggregate: { count: 0 } })
  for (const context of [owners, members]) await context.close()
})

test('a run beyond a cap on credits is refused with its numbers, explained, and not charged (member_cap_exceeded)', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const member = await organization.addMember('member', 'Mio')
  const owners = await browser.newContext()
  const page = await owners.newPage()
  await openPage(page, organization.owner, organization.name, 'Members and caps')
  const card = page.getByRole('listitem').filter({ hasText: member.email })
  await card.getByRole('button', { name: 'Set a cap for Mio' }).click()
  await page.getByLabel('At most').fill('0.4')
  await page.getByRole('button', { name: 'Save cap' }).click()
  await expect(card).toContainText('0 of 0.4 credits used')

  const members = await browser.newContext()
  const memberPage = await members.newPage()
  await signIn(memberPage, member)
  await openOrganization(memberPage, organization.name)
  await memberPage.getByLabel('Product name').fill('Harbour Notes')
  await memberPage
    .getByLabel('Product description')
    .fill('A shared logbook for small marinas: berths, tides and who is in charge today.')
  await memberPage.getByRole('button', { name: 'Suggest questions' }).click()
  const denied = memberPage.getByRole('alert', { name: 'Your personal limit is reached' })
  await expect(denied).toContainText('0 of 0.4 used.')
  await expect(denied).toContainText('Ask an admin to raise your limit.')
  await denied.getByRole('button', { name: 'Why?' }).click()
  const dialog = memberPage.getByRole('dialog', { name: 'Limits: Credits' })
  await expect(dialog).toContainText('Cap set by Olga')
  await expectAccessible(memberPage)
  await memberPage.keyboard.press('Escape')
  await expect(balanceOf(memberPage).posted).toContainText('500')
  for (const context of [owners, members]) await context.close()
})
