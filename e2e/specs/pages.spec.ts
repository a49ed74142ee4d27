import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { createOrganization } from '../support/organizations.ts'
import { openOrganization, signIn, watchForeignRequests } from '../support/pages.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const PUBLIC_PAGES = ['/sign-in', '/sign-up']
const PAGES = [
  '/',
  '/testimonials/assemble',
  '/testimonials/polish',
  '/history',
  '/settings/quality-levels',
  '/settings/api-keys',
  '/organizations',
  '/no-such-page',
]
const LOOKS = [
  { name: 'desktop, light', size: { width: 1280, height: 900 }, scheme: 'light' as const },
  { name: 'desktop, dark', size: { width: 1280, height: 900 }, scheme: 'dark' as const },
  { name: 'phone, light', size: { width: 390, height: 844 }, scheme: 'light' as const },
  { name: 'phone, dark', size: { width: 390, height: 844 }, scheme: 'dark' as const },
]

async function expectAccessible(page: Page, path: string) {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expect(page).toHaveTitle(/Purser/)
  // A page that scrolls sideways on a phone hides something.
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow, `${path} scrolls sideways`).toBe(0)
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([])
}

for (const { name, size, scheme } of LOOKS) {
  test(`every page is accessible and fits: ${name}`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: size, colorScheme: scheme })
    const expectNoForeignRequests = await watchForeignRequests(context)
    const page = await context.newPage()
    for (const path of PUBLIC_PAGES) await expectAccessible(page, path)
    const organization = await createOrganization('pro')
    await signIn(page, organization.owner)
    if (size.width > 1000) await openOrganization(page, organization.name)
    for (const path of PAGES) await expectAccessible(page, path)
    expectNoForeignRequests()
    await context.close()
  })
}
