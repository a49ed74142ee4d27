import { expect, test } from 'vitest'
import AccessRateLimits from '@/features/access/components/AccessRateLimits.vue'
import AccessRules from '@/features/access/components/AccessRules.vue'
import { mountInApp } from '../support/mount.ts'

test('each limit says how much of it is used, and when there is room again', () => {
  const wrapper = mountInApp(AccessRateLimits, {
    props: {
      capabilityName: 'Polish testimonial',
      limits: [
        { window: 'minute', limit: 5, used: 5, remaining: 0, resets_at: '2026-11-22T12:00:30Z' },
        { window: 'day', limit: 50, used: 0, remaining: 50, resets_at: '2026-11-23T00:00:00Z' },
      ],
    },
  })
  const [minute, day] = wrapper.findAll('li').map((item) => item.text())
  expect(minute).toContain('Per minute')
  expect(minute).toContain('5 of 5')
  expect(minute).toContain('Next place free Nov 22, 2026')
  expect(day).toContain('0 of 50')
  expect(day).toContain('Not used')
  wrapper.unmount()
})

test('a plan without limits says so instead of showing none', () => {
  const wrapper = mountInApp(AccessRateLimits, {
    props: { capabilityName: 'Polish testimonial', limits: [] },
  })
  expect(wrapper.text()).toContain('Your plan sets no limit')
  expect(wrapper.findAll('li')).toHaveLength(0)
  wrapper.unmount()
})

test('of the rules that did not pass, the first is the one that refused', () => {
  const rules = [
    { rule: 'subscription_inactive', passed: true },
    { rule: 'rate_limited', passed: false },
    { rule: 'insufficient_credits', passed: false },
  ]
  const wrapper = mountInApp(AccessRules, {
    props: { explanation: { reason: 'rate_limited', rules } },
  })
  expect(wrapper.findAll('li').map((item) => item.text())).toEqual([
    'The subscription is active. True.',
    'No rate limit is used up. Not true: this refused it.',
    'The available credits cover the estimate. Not true either.',
  ])
  wrapper.unmount()
})
