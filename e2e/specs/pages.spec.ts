import { expect, test, type Page } from '@playwright/test'
import { expectAccessible, expectFits } from '../support/accessibility.ts'
import { createOrganization } from '../support/organizations.ts'
import { openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'
import { recordUsage, seedCreditHistory } from '../support/usage.ts'

const PUBLIC_PAGES = ['/sign-in', '/sign-up']
const PAGES = [
  '/',
  '/testimonials/assemble',
  '/testimonials/polish',
  '/history',
  '/usage',
  '/usage?days=7&by=member',
  '/sessions',
  '/settings/members',
  '/settings/plan',
  '/settings/billing',
  '/settings/quality-levels',
  '/settings/api-keys',
  '/organizations',
  '/no-such-page',
]
/** A round of all pages grows with each page; a busy machine takes its time for every one. */
const LONGEST_ROUND_MILLISECONDS = 300_000
const LOOKS = [
  { name: 'desktop, light', size: { width: 1280, height: 900 }, scheme: 'light' as const },
  { name: 'desktop, dark', size: { width: 1280, height: 900 }, scheme: 'dark' as const },
  { name: 'phone, light', size: { width: 390, height: 844 }, scheme: 'light' as const },
  { name: 'phone, dark', size: { width: 390, height: 844 }, scheme: 'dark' as const },
]

async function expectGoodPage(page: Page, path: string) {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expect(page).toHaveTitle(/Purser/)
  // Skeletons are not what is looked at.
  await expect(page.getByRole('main').getByRole('status', { name: /^Loading/ })).toHaveCount(0)
  await expectFits(page)
  await expectAccessible(page)
  await keepPicture(page, path)
}

/** A look at each page as it was, in the results of the test: `usage.png`. */
async function keepPicture(page: Page, path: string) {
  const name = path.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'home'
  await page.screenshot({ path: test.info().outputPath(`${name}.png`), fullPage: true })
}

for (const { name, size, scheme } of LOOKS) {
  test(`every page is accessible and fits: ${name}`, async ({ browser }) => {
    test.setTimeout(LONGEST_ROUND_MILLISECONDS)
    const context = await browser.newContext({ viewport: size, colorScheme: scheme })
    const expectNoForeignRequests = await watchForeignRequests(context)
    const page = await context.newPage()
    for (const path of PUBLIC_PAGES) await expectGoodPage(page, path)
    const organization = await createOrganization('pro')
    await seedCreditHistory(organization.id, [organization.owner.userId])
    await recordUsage(organization.id, { meter: 'letters', amount: 95 })
    await signIn(page, organization.owner)
    if (size.width > 1000) await openOrganization(page, organization.name)
    for (const path of PAGES) await expectGoodPage(page, path)
    expectNoForeignRequests()
    await context.close()
  })
}
