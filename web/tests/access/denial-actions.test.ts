import { expect, test } from 'vitest'
import { useTopUpDialog } from '@/features/top-ups/store.ts'
import DenialActions from '@/pages/parts/DenialActions.vue'
import { failure } from '@/shared/failure.ts'
import { mountInApp } from '../support/mount.ts'

function actions(code: string, details: Record<string, unknown> = {}) {
  return mountInApp(DenialActions, {
    props: { denial: failure(code, details), planName: () => 'Team' },
  })
}

test('who has run dry can add credits', async () => {
  const wrapper = actions('insufficient_credits')
  await wrapper.get('button').trigger('click')
  expect(useTopUpDialog().isOpen).toBe(true)
  wrapper.unmount()
})

test.each(['capability_not_in_plan', 'quality_level_not_allowed', 'quota_exceeded'])(
  '%s leads to the plan that ends it',
  (code) => {
    const wrapper = actions(code, { unlocked_by_plan: 'team' })
    expect(wrapper.get('a').text()).toBe('See the Team plan')
    expect(wrapper.get('a').attributes('href')).toBe('/settings/plan?plan=team')
    wrapper.unmount()
  },
)

test('a subscription that is not paid leads to billing; where nothing helps there is nothing', () => {
  const unpaid = actions('subscription_inactive')
  expect(unpaid.get('a').attributes('href')).toBe('/settings/billing')
  unpaid.unmount()
  const limited = actions('rate_limited')
  expect(limited.find('a, button').exists()).toBe(false)
  limited.unmount()
})
