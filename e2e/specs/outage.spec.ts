import { expect, test } from '@playwright/test'
import { createOrganization } from '../support/organizations.ts'
import { balanceOf, openOrganization, signIn } from '../support/pages.ts'
import { stack } from '../support/stack.ts'

// The runner that would start the part again at once is paused meanwhile, so that the outage lasts
// until the page has been looked at.
async function duringOutageOf(part: string, look: () => Promise<void>): Promise<void> {
  const { stack: runner, [part]: victim } = stack().process_ids
  process.kill(runner!, 'SIGSTOP')
  try {
    process.kill(victim!, 'SIGKILL')
    await look()
  } finally {
    process.kill(runner!, 'SIGCONT')
  }
}

for (const part of ['api', 'postgres']) {
  test(`without ${part} the page says so, and goes on by itself when it is back`, async ({
    page,
  }) => {
    const organization = await createOrganization('team')
    await signIn(page, organization.owner)
    await openOrganization(page, organization.name)
    await page.getByLabel('Product name').fill('Harbour Notes')
    await page.getByLabel('Product description').fill('A shared logbook for small marinas.')
    const run = page.getByRole('button', { name: 'Suggest questions' })

    await duringOutageOf(part, async () => {
      await run.click()
      await expect(page.getByRole('alert').filter({ hasText: /\w/ }).first()).toBeVisible()
      await expect(page.getByText('Suggested questions')).toBeHidden()
    })

    await expect(async () => {
      await run.click()
      await expect(page.getByRole('region', { name: 'Suggested questions' })).toBeVisible({
        timeout: 5_000,
      })
    }).toPass()
    // Charged once, however often it was asked for; the widget is live again.
    const charged = await page.getByText(/credits? charged, [\d,.]+ available/).textContent()
    const [, available] = /charged, ([\d,.]+) available/.exec(charged ?? '')!
    await expect(balanceOf(page).available).toContainText(available!)
    await expect(balanceOf(page).widget).toContainText('Live')
  })
}
