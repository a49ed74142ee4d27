import { afterEach, expect, test } from 'vitest'
import TopUpDialog from '@/features/top-ups/components/TopUpDialog.vue'
import { startGraphql } from '../support/graphql-client.ts'
import { memberSchema } from '../support/graphql-server.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const pack = (
  id: string,
  rank: number,
  credits: number,
  price_usd: number,
  is_best_value = false,
) => ({
  id,
  name: id,
  rank,
  credits,
  price_usd,
  is_best_value,
  is_active: true,
})

async function open(planId: string, packages: object[]) {
  const { client, stop } = await startGraphql(
    {
      credit_topup_packages: () => packages,
      plans: () => [
        { id: 'free', name: 'Free', rank: 1, topup_allowed: false },
        { id: 'pro', name: 'Pro', rank: 2, topup_allowed: true },
      ],
      org_plans: () => [
        {
          organization_id: '019aa000-0000-7000-8000-00000000000a',
          plan_id: planId,
          status: 'active',
        },
      ],
    },
    memberSchema(),
  )
  const wrapper = mountInApp(TopUpDialog, {
    props: { open: true, scope: 'olga:org', returnPath: '/' },
    client,
  })
  closers.push(stop, () => wrapper.unmount())
  const text = () => document.body.textContent ?? ''
  await until(() => !text().includes('Loading') && text().length > 0, 'the dialog')
  return { text, shows: (part: string) => until(() => text().includes(part), part) }
}

test('the best value is chosen at first, and the button names the price of what is chosen', async () => {
  const { shows } = await open('pro', [pack('small', 1, 1000, 5), pack('large', 2, 6000, 29, true)])
  await shows('Continue to pay $29')
  const radios = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')]
  expect(radios.map((radio) => radio.checked)).toEqual([false, true])
  radios[0]!.click()
  await shows('Continue to pay $5')
})

test('a plan that cannot buy sees which one can, and the way there', async () => {
  const { shows } = await open('free', [pack('small', 1, 1000, 5)])
  await shows('The Free plan cannot buy credits')
  const link = [...document.querySelectorAll('a')].find((a) =>
    a.textContent?.includes('See the Pro'),
  )
  expect(link?.getAttribute('href')).toBe('/settings/plan?plan=pro')
  expect(document.querySelector('input[type=radio]')).toBeNull()
})

test('without packages on offer it says so', async () => {
  const { shows } = await open('pro', [])
  await shows('no packages on offer')
})
