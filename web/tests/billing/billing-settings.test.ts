import { afterEach, expect, test } from 'vitest'
import { nextTick } from 'vue'
import AutoTopupSettings from '@/features/billing/components/AutoTopupSettings.vue'
import PayAsYouGoSettings from '@/features/billing/components/PayAsYouGoSettings.vue'
import { autoTopupDraft, monthlyCostUsd } from '@/features/billing/auto-topup.ts'
import { refusal, startGraphql } from '../support/graphql-client.ts'
import { mountInApp } from '../support/mount.ts'
import { until } from '../support/wait.ts'

const packages = [
  { id: 'small', credits: 1000, price_usd: 5 },
  { id: 'large', credits: 6000, price_usd: 29 },
]
const settings = {
  organization_id: '019aa000-0000-7000-8000-00000000000a',
  auto_topup_enabled: true,
  auto_topup_threshold_credits: 250,
  auto_topup_package_id: 'large',
  auto_topup_monthly_limit: 2,
  auto_topup_stopped_reason: null,
  auto_topup_last_at: null,
  pay_as_you_go_enabled: false,
  pay_as_you_go_limit_credits: null,
  payment_method_label: 'Visa •••• 4242',
}

const closers: (() => unknown)[] = []
let sent: object[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  sent = []
})

async function open(component: object, props: object, problem?: Error) {
  const answer = ({ input }: { input: object }) => {
    if (problem) throw problem
    sent.push(input)
    return { ...settings, updated_at: '2026-11-22T12:00:00Z' }
  }
  const { client, stop } = await startGraphql({
    set_auto_topup: answer,
    set_pay_as_you_go: answer,
  })
  const wrapper = mountInApp(component as never, { props: { ...props }, client })
  closers.push(stop, () => wrapper.unmount())
  return wrapper
}

test('automatic top-up is off until somebody switches it on, with sensible numbers at hand', () => {
  expect(autoTopupDraft(null, packages)).toEqual({
    enabled: false,
    thresholdCredits: 100,
    packageId: 'small',
    monthlyLimit: 3,
  })
})

test('a package that is no longer offered gives way to the smallest', () => {
  const draft = autoTopupDraft({ ...settings, auto_topup_package_id: 'gone' }, packages)
  expect(draft.packageId).toBe('small')
  expect(monthlyCostUsd(draft, packages)).toBe(10)
})

test('before it is saved it says in full what will be charged', async () => {
  const wrapper = await open(AutoTopupSettings, { settings, packages })
  expect(wrapper.text()).toContain(
    'When fewer than 250 credits are available, the saved card is charged $29 for 6,000 credits: ' +
      'at most 2 times a calendar month, so at most $58 a month.',
  )
  await wrapper.get('[role=switch]').setValue(false)
  expect(wrapper.text()).toContain('Nothing is bought automatically')
  await wrapper.get('form').trigger('submit')
  await until(() => wrapper.text().includes('Automatic top-up is off.'), 'the answer')
  expect(sent).toEqual([
    { enabled: false, threshold_credits: 250, package_id: 'large', monthly_limit: 2 },
  ])
})

test('numbers that cannot be are not sent', async () => {
  const wrapper = await open(AutoTopupSettings, { settings, packages })
  await wrapper.findAll('input[type=number]')[1]!.setValue('1000')
  await wrapper.get('form').trigger('submit')
  await until(() => wrapper.text().includes('At most 100.'), 'the problem')
  expect(sent).toEqual([])
})

test('why it stopped is told, and what another admin saves shows in the form', async () => {
  const wrapper = await open(AutoTopupSettings, {
    settings: { ...settings, auto_topup_stopped_reason: 'The card was declined.' },
    packages,
  })
  expect(wrapper.get('[role=alert]').text()).toContain('The card was declined.')
  await wrapper.setProps({ settings: { ...settings, auto_topup_threshold_credits: 75 } })
  await nextTick()
  expect(wrapper.text()).toContain('fewer than 75 credits')
  expect(wrapper.find('[role=alert]').exists()).toBe(false)
})

test('pay-as-you-go names the price and the most it can cost; a refusal is told (no_payment_method)', async () => {
  const wrapper = await open(
    PayAsYouGoSettings,
    {
      settings,
      plan: {
        id: 'pro',
        name: 'Pro',
        topup_allowed: true,
        pay_as_you_go_allowed: true,
        pay_as_you_go_credit_price_usd: 0.006,
      },
    },
    refusal('no_payment_method'),
  )
  expect(wrapper.text()).toContain('Work stops when no credits are left')
  await wrapper.get('[role=switch]').setValue(true)
  expect(wrapper.text()).toContain('$6 is charged for each 1,000')
  expect(wrapper.text()).toContain('at most 500 credits a period, so at most $3.00')
  await wrapper.get('form').trigger('submit')
  await until(() => wrapper.text().includes('No card is saved'), 'the refusal')
})
