import { expect, type BrowserContext, type Page } from '@playwright/test'
import { stack } from './stack.ts'
import type { Account } from './organizations.ts'

/**
 * Nothing may come from another host: such a request is refused, and fails the test at the end.
 *
 * @param destinations Addresses that a person may be sent to, as the payment page; nothing may be loaded from there.
 */
export async function watchForeignRequests(
  context: BrowserContext,
  destinations: readonly string[] = [],
): Promise<() => void> {
  const foreign: string[] = []
  const own = new URL(stack().web_url).host
  const allowed = destinations.map((url) => new URL(url).host)
  await context.route(
    (url) => url.host !== own && url.protocol !== 'data:' && url.protocol !== 'blob:',
    (route) => {
      const request = route.request()
      if (request.isNavigationRequest() && allowed.includes(new URL(request.url()).host))
        return route.continue()
      foreign.push(request.url())
      return route.abort()
    },
  )
  return () => expect(foreign, 'requests to other hosts').toEqual([])
}

export async function signIn(page: Page, account: Pick<Account, 'email' | 'password'>) {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password').fill(account.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Workspace' })).toBeVisible()
}

/** Opens the organization by the menu, for a person who belongs to more than one. */
export async function openOrganization(page: Page, name: string) {
  const menu = page.getByRole('button', { name: /^Organization: / })
  if ((await menu.getAttribute('aria-label')) === `Organization: ${name}`) return
  await menu.click()
  await page.getByRole('menuitemcheckbox', { name }).click()
  await expect(page.getByRole('button', { name: `Organization: ${name}` })).toBeVisible()
}

/** The three numbers of the balance widget, as a person reads them. */
export function balanceOf(page: Page) {
  const widget = page.getByRole('region', { name: 'Credit balance' })
  return {
    widget,
    available: widget.getByRole('group', { name: 'available' }),
    held: widget.getByRole('group', { name: 'held' }),
    posted: widget.getByRole('group', { name: 'posted' }),
  }
}
