import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from '../support/accessibility.ts'
import { releaseModel, resetModel, stallModelInMidAnswer } from '../support/model.ts'
import { createOrganization, leaveCredits } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { stack } from '../support/stack.ts'

const TESTIMONIAL =
  'Harbour Notes is good for our marina. We used paper before and lost it. Now all of us see who has which berth.'

test.afterEach(async () => {
  await resetModel()
})

function exchange(key: string) {
  return fetch(`${stack().api_url}/auth/service-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
}

async function polishInStream(page: Page) {
  await page.getByRole('link', { name: 'Polish testimonial' }).click()
  await page.getByLabel('Testimonial', { exact: true }).fill(TESTIMONIAL)
  const run = page.getByRole('button', { name: 'Polish testimonial' })

  // What is written shows before the answer is complete; cancelling keeps it and charges for it.
  await stallModelInMidAnswer()
  await run.click()
  await expect(page.getByText('you pay for what was produced until then')).toBeVisible()
  await expect(page.getByRole('blockquote')).toContainText(/\w+ \w+/)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Cancelled' })).toContainText(
    /credits? charged for what was produced|Nothing was charged/,
  )
  await expect(balanceOf(page).held).toContainText(/^0/)
  await resetModel()

  await stallModelInMidAnswer()
  await run.click()
  await expect(page.getByRole('blockquote')).toContainText(/\w+ \w+/)
  await expect(page.getByRole('region', { name: 'Polished testimonial' })).toHaveCount(0)
  await releaseModel()
  const result = page.getByRole('region', { name: 'Polished testimonial' })
  await expect(result.getByRole('status')).toContainText(/credits? charged/)
  await expect(result.getByText('Offline sample', { exact: true })).toBeVisible()
}

test('a testimonial is polished as it is written, a dear level gives way to a cheap one, and an API key works until it is revoked', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const context = await browser.newContext()
  const expectNoForeignRequests = await watchForeignRequests(context)
  const page = await context.newPage()
  await signIn(page, organization.owner)
  await openOrganization(page, organization.name)
  await polishInStream(page)

  // One credit is left: enhanced is refused, the prompt offers what still goes, and says why.
  await page.getByRole('radio', { name: 'Enhanced' }).check()
  await leaveCredits(organization.id, 1)
  const denied = page.getByRole('alert', { name: 'Not enough credits' })
  await expect(denied).toBeVisible()
  await denied.getByRole('button', { name: 'Why?' }).click()
  const dialog = page.getByRole('dialog', { name: 'Why this decision' })
  await expect(dialog).toContainText('A run would be refused now: Not enough credits.')
  await expect(
    dialog.getByRole('listitem').filter({ hasText: 'The available credits cover the estimate.' }),
  ).toContainText('this refused it')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await denied.getByRole('button', { name: /^Use Fast instead/ }).click()
  await expect(page.getByRole('radio', { name: 'Fast' })).toBeChecked()
  await expect(denied).toBeHidden()
  await page.getByRole('button', { name: 'Polish testimonial' }).click()
  await expect(page.getByRole('region', { name: 'Polished testimonial' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Rate limits: Polish testimonial' })).toContainText(
    /[1-9]\d* of \d+/,
  )

  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByLabel('Name').fill('Nightly import')
  await page.getByRole('button', { name: 'Create key' }).click()
  const key = await page.getByLabel('Key', { exact: true }).inputValue()
  const row = page.getByRole('listitem').filter({ hasText: 'Nightly import' })
  await expect(row).toContainText('Never used')
  expect((await exchange(key)).status).toBe(200)
  await expect(row).toContainText('Last used')
  await expectAccessible(page)
  await row.getByRole('button', { name: 'Revoke Nightly import' }).click()
  await page.getByRole('button', { name: 'Revoke key' }).click()
  await expect(row).toContainText('Revoked')
  expect((await exchange(key)).status).toBe(401)

  expectNoForeignRequests()
  await context.close()
})

test('a member is told who manages API keys', async ({ browser }) => {
  const organization = await createOrganization('team')
  const context = await browser.newContext()
  const page = await context.newPage()
  await signIn(page, await organization.addMember('member', 'Mio'))
  await openOrganization(page, organization.name)
  await page.getByRole('link', { name: 'API keys' }).click()
  await expect(page.getByText('Owners and admins manage API keys')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Create key' })).toHaveCount(0)
  await context.close()
})

test('where no stream can be opened, a testimonial is assembled all the same', async ({
  browser,
}) => {
  const organization = await createOrganization('pro')
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.route('**/operations/**', (route) => route.abort())
  await signIn(page, organization.owner)
  await openOrganization(page, organization.name)
  await page.getByRole('link', { name: 'Assemble testimonial' }).click()
  const run = page.getByRole('button', { name: 'Assemble testimonial' })
  await run.click()
  await expect(page.getByText('Enter the question that was asked.')).toBeVisible()

  await page.getByLabel('Product name').fill('Harbour Notes')
  const pair = (number: number) => page.getByRole('group', { name: `Question ${number}` })
  await pair(1).getByLabel('Question', { exact: true }).fill('What changed for you?')
  await pair(1).getByLabel('Answer').fill('Nobody asks any more who has which berth.')
  await page.getByRole('button', { name: 'Add a question' }).click()
  await expect(pair(2).getByLabel('Question', { exact: true })).toBeFocused()
  await pair(2).getByRole('button', { name: 'Remove question 2' }).click()
  await expect(pair(1).getByLabel('Question', { exact: true })).toBeFocused()
  await run.click()
  const result = page.getByRole('region', { name: 'Assembled testimonial' })
  await expect(result.getByRole('blockquote')).not.toBeEmpty()
  await expect(result.getByRole('status')).toContainText(/credits? charged/)
  await context.close()
})
